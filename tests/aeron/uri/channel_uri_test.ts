/**
 * Addresses of channels, beside what Aeron's own builder makes of them.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import type { ChannelParameters } from "../../../aeron/uri/channel_parameters.ts";
import { ChannelUri } from "../../../aeron/uri/channel_uri.ts";
import { compileAeron } from "../../helpers/aeron/aeron_java.ts";
import { run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";

/** Parameters that are right, each at least once. */
const CHANNELS: readonly (readonly [ChannelParameters, string])[] = [
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
const REFUSED_BY_BOTH = [
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

/** Texts that only this one refuses: Aeron's ignores what it does not know. */
const REFUSED_HERE = [
  [
    "aeron:udp?endpoint=h:1|term-lenght=64k",
    'no parameter "term-lenght"; there are tags, endpoint',
  ],
  [
    "aeron:udp?endpoint=h",
    "the channel's endpoint: it must be a host and a port from 0 to 65535",
  ],
  ["aeron:udp?endpoint=h:65536", "the channel's endpoint"],
  ["aeron:udp?endpoint=h:1|endpoint=h:2", "it has endpoint twice"],
  [
    "aeron:udp?endpoint=h:1|sparse=yes",
    'the channel\'s sparse: it must be true or false: received "yes"',
  ],
  [
    "aeron:udp?endpoint=h:1|fc=fastest",
    'the channel\'s fc: it must be "max", "min" or "tagged"',
  ],
  ["aeron:udp?control-mode=dynamic", "without control"],
  ["aeron:udp?endpoint=h:1|max-resend=0", "from 1 to 256"],
  [
    "aeron:ipc?endpoint=h:1",
    "the channel's endpoint: aeron:ipc stays on this machine",
  ],
  ["aeron:ipc?tags=one", "the channel's tags"],
  [
    `aeron:ipc?alias=${"a".repeat(4090)}`,
    "characters, and the driver takes 4095",
  ],
  ["aeron:ipc?", undefined],
] as const;

Deno.test("ChannelUri writes parameters under Aeron's names, and reads them back", () => {
  for (const [parameters, query] of CHANNELS) {
    const uri = ChannelUri.udp(parameters);
    assertEquals(String(uri), `aeron:udp?${query}`);
    assertEquals(String(ChannelUri.parse(`aeron:udp?${query}`)), String(uri));
    assertEquals(JSON.stringify({ uri }), JSON.stringify({ uri: String(uri) }));
  }
  assertEquals(String(ChannelUri.ipc()), "aeron:ipc");
  assertEquals(
    String(ChannelUri.udp({ controlMode: "manual" })),
    "aeron:udp?control-mode=manual",
  );
  const spy = ChannelUri.parse("aeron-spy:aeron:udp?endpoint=h:1");
  assert(spy.isSpy);
  assertEquals(spy.media, "udp");
  assertEquals(spy.get("endpoint"), "h:1");
  assertEquals(
    String(ChannelUri.udp({ endpoint: "h:1" }).asSpy()),
    String(spy),
  );
});

Deno.test("ChannelUri.with() changes and takes away, and leaves the first one as it was", () => {
  const first = ChannelUri.udp({ endpoint: "h:1", termLength: "1m" });
  const second = first.with({
    endpoint: "h:2",
    termLength: undefined,
    linger: 0,
  });
  assertEquals(String(second), "aeron:udp?endpoint=h:2|linger=0");
  assertEquals([...first.entries()], [["endpoint", "h:1"], [
    "term-length",
    "1m",
  ]]);
  assertThrows(
    () => first.with({ endpoint: undefined }),
    TypeError,
    "endpoint",
  );
});

Deno.test("ChannelUri.atPosition() counts as the stream does, across the wrap of term ids", () => {
  const uri = ChannelUri.ipc().atPosition(65536n * 5n + 96n, 2147483646, 65536);
  assertEquals(
    String(uri),
    "aeron:ipc?term-length=65536|init-term-id=2147483646|term-id=-2147483645|term-offset=96",
  );
  assertThrows(() => ChannelUri.ipc().atPosition(-32n, 0, 65536), RangeError);
  assertThrows(
    () => ChannelUri.ipc().atPosition(1n, 0, 65536),
    RangeError,
    "32",
  );
  assertThrows(
    () => ChannelUri.ipc().atPosition(65536n << 31n, 0, 65536),
    RangeError,
    "position",
  );
});

Deno.test("ChannelUri refuses what is misspelt or not allowed, by its name", () => {
  for (const [uri, message] of REFUSED_BY_BOTH) {
    const error = assertThrows(() => ChannelUri.parse(uri), Error, message);
    assert(error instanceof TypeError || error instanceof RangeError, uri);
  }
  for (const [uri, message] of REFUSED_HERE) {
    if (message === undefined) ChannelUri.parse(uri);
    else assertThrows(() => ChannelUri.parse(uri), Error, message);
  }
  const unknown = "aeron:ipc?new-thing=1|alias=a";
  assertEquals(
    String(ChannelUri.parse(unknown, { keepUnknown: true })),
    "aeron:ipc?alias=a|new-thing=1",
  );
});

Deno.test("ChannelUri refuses what is no name and no value, whatever it is", () => {
  const bad: readonly (readonly [object, string])[] = [
    [{ endPoint: "h:1" }, 'there is no parameter "endPoint"'],
    [{ constructor: 1 }, 'there is no parameter "constructor"'],
    [{ endpoint: 7 }, "endpoint: it must be a host and a port"],
    [{ endpoint: "h:1", mtu: {} }, "mtu: it must be a multiple of 32"],
    [{ endpoint: "h:1", mtu: NaN }, "received NaN"],
    [{ endpoint: "h:1", termLength: 65536.5 }, "a power of two"],
    [{ endpoint: "h:1", sessionId: 1.5 }, "session-id"],
    [{ endpoint: "h:1", sparse: 1 }, "sparse: it must be true or false"],
    [{ endpoint: "h:1|mtu=64" }, "endpoint"],
    [{ endpoint: "h:1", alias: "a|mtu=64" }, "alias"],
    [{ endpoint: "h:1", linger: -1 }, "linger"],
  ];
  for (const [parameters, message] of bad) {
    assertThrows(() => ChannelUri.udp(parameters), Error, message);
  }
  for (const value of [null, 7, "aeron:ipc"]) {
    const make: unknown = ChannelUri.ipc;
    assert(typeof make === "function");
    assertThrows(() => make(value), TypeError, "must be an object");
  }
});

Deno.test(needing(
  ["aeron driver"],
  "ChannelUri reads and writes as Aeron's own builder does",
  async () => {
    const command = await compileAeron("tests/peers/java/AeronUris.java");
    const uris = CHANNELS.map(([parameters]) => ChannelUri.udp(parameters));
    const lines = [...uris, ...REFUSED_BY_BOTH.map(([uri]) => uri)];
    const { code, stdout, stderr } = await run(command, {
      stdin: lines.map((line) => `${line}\n`).join(""),
    });
    assertEquals(code, 0, stderr);
    const built = stdout.trimEnd().split("\n");
    assertEquals(built.length, lines.length);
    for (const [index, uri] of uris.entries()) {
      const line = built[index] ?? "";
      // Aeron writes sizes and times as it likes.
      assertEquals(plain(ChannelUri.parse(line)), plain(uri));
    }
    for (const line of built.slice(uris.length)) {
      assertStringIncludes(line, "refused");
    }
  },
));

const UNITS: Readonly<Record<string, number>> = {
  k: 1024,
  m: 1024 ** 2,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
};

/** Parameters with sizes as bytes and times as nanoseconds. */
function plain(uri: ChannelUri): Record<string, string> {
  return Object.fromEntries(
    [...uri.entries()].map(([key, value]) => {
      const [, digits, unit = ""] = /^(\d+)([a-z]+)$/.exec(value) ?? [];
      return [
        key,
        digits === undefined ? value : `${Number(digits) * (UNITS[unit] ?? 1)}`,
      ];
    }),
  );
}
