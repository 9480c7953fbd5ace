/**
 * Addresses of channels, beside what Aeron's own builder makes of them.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "../../../../deps.ts";
import { ChannelUri } from "../../../../aeron/uri/channel_uri.ts";
import { compileAeron } from "../../../helpers/aeron/aeron_java.ts";
import { run } from "../../../helpers/deno.ts";
import { needing } from "../../../helpers/needs.ts";
import { CHANNELS, REFUSED_BY_BOTH } from "../../../helpers/aeron/channels.ts";

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
