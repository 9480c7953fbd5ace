import type { ChannelParameters } from "./channel_parameters.ts";
import {
  duration,
  either,
  endpoint,
  flag,
  I32,
  I64,
  integer,
  size,
  text,
  type ValueCheck,
  word,
} from "./values.ts";

/** A parameter: how it is called in the URI, and what it may be. */
interface Parameter {
  readonly key: string;
  readonly check: ValueCheck;
  /** Whether it has a meaning over UDP only. */
  readonly udp?: true;
}

const termLength = size({
  minimum: 64 * 1024,
  maximum: 1024 ** 3,
  powerOfTwo: true,
  allowed: "a power of two from 64k to 1g",
});

const buffer = size({
  minimum: 0,
  maximum: 1024 ** 3,
  allowed: "bytes, or a text such as 128k, up to 1g",
});

const timestamp = either(
  integer(0n, 2n ** 31n - 1n),
  text(/^reserved$/, 'an offset in the message, or "reserved"'),
);

const flowControl = text(
  /^(max|min|tagged)(,[a-z]:[^,|?=\s]*)*$/,
  '"max", "min" or "tagged", with details such as "min,t:5s" or "tagged,g:7/2"',
);

const networkInterface = text(
  /^(\{[^{}|?\s]+\}|\[[0-9a-f:.]+(%[\w.-]+)?\]|[^\s:|?[\]{}/]+)(:\d{1,5})?(\/\d{1,3})?$/i,
  "an address with the bits of its network, such as 192.168.1.0/24",
);

/** Every parameter, in the order in which a URI says them. */
export const PARAMETERS: {
  readonly [Name in keyof Required<ChannelParameters>]: Parameter;
} = {
  tags: {
    key: "tags",
    check: text(
      /^(-?\d{1,19})?(,-?\d{1,19})?$/,
      'numbers such as "1" or "1,2"',
    ),
  },
  endpoint: { key: "endpoint", check: endpoint, udp: true },
  interface: { key: "interface", check: networkInterface, udp: true },
  control: { key: "control", check: endpoint, udp: true },
  controlMode: {
    key: "control-mode",
    check: word("manual", "dynamic", "response"),
  },
  reliable: { key: "reliable", check: flag },
  ttl: { key: "ttl", check: integer(0n, 255n), udp: true },
  mtu: {
    key: "mtu",
    check: size({
      minimum: 64,
      maximum: 65_504,
      multipleOf: 32,
      allowed: "a multiple of 32 from 64 to 65504",
    }),
  },
  termLength: { key: "term-length", check: termLength },
  initialTermId: { key: "init-term-id", check: I32 },
  termId: { key: "term-id", check: I32 },
  termOffset: {
    key: "term-offset",
    check: size({
      minimum: 0,
      maximum: 1024 ** 3,
      multipleOf: 32,
      allowed: "a multiple of 32 up to the term length",
    }),
  },
  sessionId: {
    key: "session-id",
    check: either(
      text(/^tag:-?\d{1,19}$/, 'a number of 32 bits, or "tag:N"'),
      I32,
    ),
  },
  streamId: { key: "stream-id", check: I32 },
  group: { key: "group", check: flag },
  linger: { key: "linger", check: duration },
  alias: {
    key: "alias",
    check: text(/^[ ->@-{}~]+$/, "ASCII text without | and ?"),
  },
  congestionControl: { key: "cc", check: word("static", "cubic") },
  flowControl: { key: "fc", check: flowControl },
  groupTag: { key: "gtag", check: I64 },
  sparse: { key: "sparse", check: flag },
  endOfStream: { key: "eos", check: flag },
  tether: { key: "tether", check: flag },
  rejoin: { key: "rejoin", check: flag },
  spiesSimulateConnection: { key: "ssc", check: flag },
  socketSendBuffer: { key: "so-sndbuf", check: buffer, udp: true },
  socketReceiveBuffer: { key: "so-rcvbuf", check: buffer, udp: true },
  receiverWindow: { key: "rcv-wnd", check: buffer },
  publicationWindow: { key: "pub-wnd", check: buffer },
  mediaReceiveTimestampOffset: { key: "media-rcv-ts-offset", check: timestamp },
  channelReceiveTimestampOffset: {
    key: "channel-rcv-ts-offset",
    check: timestamp,
  },
  channelSendTimestampOffset: {
    key: "channel-snd-ts-offset",
    check: timestamp,
  },
  responseEndpoint: { key: "response-endpoint", check: endpoint },
  responseCorrelationId: {
    key: "response-correlation-id",
    check: either(
      I64,
      text(/^prototype$/, 'a correlation id of 64 bits, or "prototype"'),
    ),
  },
  nakDelay: { key: "nak-delay", check: duration, udp: true },
  untetheredWindowLimitTimeout: {
    key: "untethered-window-limit-timeout",
    check: duration,
  },
  untetheredLingerTimeout: {
    key: "untethered-linger-timeout",
    check: duration,
  },
  untetheredRestingTimeout: {
    key: "untethered-resting-timeout",
    check: duration,
  },
  maxResend: { key: "max-resend", check: integer(1n, 256n) },
};
