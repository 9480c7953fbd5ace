/**
 * Addresses of channels, and texts that are none.
 *
 * @module
 */

import type { ChannelParameters } from "../../../aeron/uri/channel_parameters.ts";

/** Parameters that are right, each at least once. */
export const CHANNELS: readonly (readonly [ChannelParameters, string])[] = [
  [{ endpoint: "127.0.0.1:40123" }, "endpoint=127.0.0.1:40123"],
  [
    { endpoint: "[::1]:0", termLength: "64k", mtu: 1408 },
    "endpoint=[::1]:0|mtu=1408|term-length=64k",
  ],
  [
    {
      endpoint: "224.20.30.39:40456",
      interface: "127.0.0.1/24",
      ttl: 4,
      group: true,
    },
    "endpoint=224.20.30.39:40456|interface=127.0.0.1/24|ttl=4|group=true",
  ],
  [
    {
      control: "localhost:9000",
      controlMode: "dynamic",
      flowControl: "tagged,g:7/2,t:5s",
    },
    "control=localhost:9000|control-mode=dynamic|fc=tagged,g:7/2,t:5s",
  ],
  [
    {
      endpoint: "a.example:1",
      initialTermId: -7,
      termId: -5,
      termOffset: 64,
      termLength: 65536,
    },
    "endpoint=a.example:1|term-length=65536|init-term-id=-7|term-id=-5|term-offset=64",
  ],
  [
    {
      endpoint: "h:1",
      sessionId: -2147483648,
      linger: "250ms",
      alias: "prices = 1",
    },
    "endpoint=h:1|session-id=-2147483648|linger=250ms|alias=prices = 1",
  ],
  [
    {
      endpoint: "h:1",
      tags: "3,4",
      sparse: false,
      endOfStream: true,
      tether: false,
    },
    "tags=3,4|endpoint=h:1|sparse=false|eos=true|tether=false",
  ],
  [
    {
      endpoint: "h:1",
      rejoin: false,
      spiesSimulateConnection: true,
      reliable: false,
    },
    "endpoint=h:1|reliable=false|rejoin=false|ssc=true",
  ],
  [
    {
      endpoint: "h:1",
      congestionControl: "cubic",
      groupTag: 2n ** 62n,
      maxResend: 32,
    },
    "endpoint=h:1|cc=cubic|gtag=4611686018427387904|max-resend=32",
  ],
  [
    {
      endpoint: "h:1",
      socketSendBuffer: "1m",
      socketReceiveBuffer: 2048,
      receiverWindow: "128k",
    },
    "endpoint=h:1|so-sndbuf=1m|so-rcvbuf=2048|rcv-wnd=128k",
  ],
  [
    {
      endpoint: "h:1",
      publicationWindow: 4096,
      nakDelay: "60us",
      streamId: 1001,
    },
    "endpoint=h:1|stream-id=1001|pub-wnd=4096|nak-delay=60us",
  ],
  [
    {
      endpoint: "h:1",
      mediaReceiveTimestampOffset: "reserved",
      channelReceiveTimestampOffset: 0,
      channelSendTimestampOffset: 8,
    },
    "endpoint=h:1|media-rcv-ts-offset=reserved|channel-rcv-ts-offset=0|channel-snd-ts-offset=8",
  ],
  [
    { control: "h:2", controlMode: "response", responseCorrelationId: 77n },
    "control=h:2|control-mode=response|response-correlation-id=77",
  ],
  [
    { endpoint: "h:1", responseEndpoint: "h:3" },
    "endpoint=h:1|response-endpoint=h:3",
  ],
  [
    {
      endpoint: "h:1",
      untetheredWindowLimitTimeout: "5s",
      untetheredLingerTimeout: "6s",
      untetheredRestingTimeout: 7_000_000_000n,
    },
    "endpoint=h:1|untethered-window-limit-timeout=5s|untethered-linger-timeout=6s|untethered-resting-timeout=7000000000",
  ],
];

/** Texts of channels that neither Aeron's builder nor this one takes. */
export const REFUSED_BY_BOTH = [
  ["aeron:udp", "without an endpoint or a control"],
  ["aeron:udp?term-length=64k", "without an endpoint or a control"],
  ["aeron:tcp?endpoint=h:1", "must be aeron:ipc or aeron:udp"],
  ["udp?endpoint=h:1", "must be aeron:ipc or aeron:udp"],
  ["aeron:udp?endpoint=h:1|term-length=65535", "term-length"],
  ["aeron:udp?endpoint=h:1|term-length=32k", "term-length"],
  ["aeron:udp?endpoint=h:1|term-length=2g", "term-length"],
  ["aeron:udp?endpoint=h:1|term-length=sixty", "term-length"],
  ["aeron:udp?endpoint=h:1|mtu=1400", "mtu"],
  ["aeron:udp?endpoint=h:1|mtu=65536", "mtu"],
  ["aeron:udp?endpoint=h:1|control-mode=magic", "control-mode"],
  ["aeron:udp?endpoint=h:1|session-id=2147483648", "session-id"],
  ["aeron:udp?endpoint=h:1|ttl=256", "ttl"],
  ["aeron:udp?endpoint=h:1|init-term-id=1", "are given together or not at all"],
  [
    "aeron:udp?endpoint=h:1|init-term-id=1|term-id=0|term-offset=0",
    "term-id: it must be init-term-id, 1, or later",
  ],
  [
    "aeron:udp?endpoint=h:1|init-term-id=1|term-id=1|term-offset=31",
    "term-offset",
  ],
  [
    "aeron:udp?endpoint=h:1|init-term-id=1|term-id=1|term-offset=128k|term-length=64k",
    "term-offset",
  ],
  ["aeron:udp?endpoint=h:1|linger=5minutes", "linger"],
  ["aeron:udp?endpoint", "parameters are key=value"],
] as const;
