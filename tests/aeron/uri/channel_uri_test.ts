/**
 * Addresses of channels.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { ChannelUri } from "../../../aeron/uri/channel_uri.ts";
import { CHANNELS, REFUSED_BY_BOTH } from "../../helpers/aeron/channels.ts";

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
