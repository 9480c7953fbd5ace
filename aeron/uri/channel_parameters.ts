/**
 * What a channel can be told, in named parameters.
 *
 * @module
 */

/** A size: bytes, or a text with a unit of 1024, such as `"64k"` or `"1m"`. */
export type Size = number | string;

/** A time: nanoseconds, or a text with a unit, such as `"5s"` or `"100ms"`. */
export type Duration = number | bigint | string;

/**
 * What a channel can be told, in the order of the needs that people have. What
 * is not given is the driver's choice.
 */
export interface ChannelParameters {
  /** Where messages go to, or are received: host and port; port 0: any free one. */
  readonly endpoint?: string | undefined;
  /** The network interface: an address, with the bits of its network behind `/`. */
  readonly interface?: string | undefined;
  /** Where receivers of a multi-destination channel announce themselves: host and port. */
  readonly control?: string | undefined;
  /** Who names the destinations: the program, the receivers, or a request that is answered. */
  readonly controlMode?: "manual" | "dynamic" | "response" | undefined;

  /** Length of each of the log's three terms: a power of two from 64k to 1g. A message can have an eighth. */
  readonly termLength?: Size | undefined;
  /** Bytes of a packet, with headers: a multiple of 32 from 64 to 65504. */
  readonly mtu?: Size | undefined;
  /** Whether the log's pages are not reserved: a full disk kills the process then. */
  readonly sparse?: boolean | undefined;
  /** How far a publication may be ahead of its subscribers. */
  readonly publicationWindow?: Size | undefined;
  /** How much a receiver lets be in flight. */
  readonly receiverWindow?: Size | undefined;

  /** Session of the publication, or the only one that a subscription takes; `"tag:N"`: that of a tagged one. */
  readonly sessionId?: number | string | undefined;
  /** The stream, for destinations and for tools; a client names it beside the channel. */
  readonly streamId?: number | undefined;
  /** Term that positions count from; the two others must be given, too. */
  readonly initialTermId?: number | undefined;
  /** Term that the publication starts in. */
  readonly termId?: number | undefined;
  /** Offset in that term, a multiple of 32. */
  readonly termOffset?: number | undefined;

  /** How long the driver keeps a closed publication for receivers that lack something. */
  readonly linger?: Duration | undefined;
  /** Whether the end of the stream is sent when the publication closes. */
  readonly endOfStream?: boolean | undefined;
  /** Whether lost packets are sent again. */
  readonly reliable?: boolean | undefined;
  /** Whether a subscription takes part in flow control. */
  readonly tether?: boolean | undefined;
  /** Whether a subscription comes back to a stream that it fell behind on. */
  readonly rejoin?: boolean | undefined;
  /** Whether a publication counts as connected with spies alone. */
  readonly spiesSimulateConnection?: boolean | undefined;

  /** Flow control: `"max"`, `"min"`, `"tagged"`, with details such as `"min,t:5s"` or `"tagged,g:7/2"`. */
  readonly flowControl?: string | undefined;
  /** Tag of a receiver, which `"tagged"` and `"min"` flow control can wait for. */
  readonly groupTag?: number | bigint | undefined;
  /** Whether receivers count as a group, as they do over multicast. */
  readonly group?: boolean | undefined;
  /** Congestion control. */
  readonly congestionControl?: "static" | "cubic" | undefined;
  /** How many routers multicast packets may pass, 0 to 255. */
  readonly ttl?: number | undefined;
  /** How long a receiver waits before it asks for what is missing. */
  readonly nakDelay?: Duration | undefined;
  /** How many resends can be pending, 1 to 256. */
  readonly maxResend?: number | undefined;

  /** Tags of the channel and of the publication or subscription: `"1"` or `"1,2"`. */
  readonly tags?: string | undefined;
  /** A name for people, which tools show. */
  readonly alias?: string | undefined;

  /** Buffer of the socket for sending. */
  readonly socketSendBuffer?: Size | undefined;
  /** Buffer of the socket for receiving. */
  readonly socketReceiveBuffer?: Size | undefined;
  /** Where answers of a response channel come from: host and port. */
  readonly responseEndpoint?: string | undefined;
  /** Whose answers these are; `"prototype"`: a subscription to learn the address from. */
  readonly responseCorrelationId?: number | bigint | string | undefined;

  /** How long an untethered subscription may be behind the window. */
  readonly untetheredWindowLimitTimeout?: Duration | undefined;
  /** How long one that was left behind lingers. */
  readonly untetheredLingerTimeout?: Duration | undefined;
  /** How long it rests before it joins again. */
  readonly untetheredRestingTimeout?: Duration | undefined;

  /** Where the network card's time of arrival is put in a message: an offset, or `"reserved"`. */
  readonly mediaReceiveTimestampOffset?: number | string | undefined;
  /** Where the driver's time of arrival is put. */
  readonly channelReceiveTimestampOffset?: number | string | undefined;
  /** Where the driver's time of sending is put. */
  readonly channelSendTimestampOffset?: number | string | undefined;
}
