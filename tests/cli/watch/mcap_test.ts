// Recordings: written here, read by the libraries of the makers of the format, and
// recovered when they were cut short or damaged.

import { PYTHON } from "../../helpers/peers/python.ts";
import {
  assert,
  assertEquals,
  assertThrows,
  loadFastCheck,
  openMcap,
} from "../../../deps.ts";
import { crc32 } from "../../../cli/mcap/crc32.ts";
import { FileOut } from "../../../cli/mcap/file.ts";
import { type Found, readMcap } from "../../../cli/mcap/mcap_reader.ts";
import { recover, type Recovered } from "../../../cli/mcap/recover.ts";
import { projectPath, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import {
  Memory,
  payload,
  sample,
  SCHEMA,
  sourceOf,
  writeSample,
} from "../../helpers/cli/samples.ts";

const fc = await loadFastCheck();

const encoder = new TextEncoder();

function read(bytes: Uint8Array<ArrayBuffer>) {
  const records = readMcap(sourceOf(bytes));
  const found: Found[] = [];
  for (;;) {
    const next = records.next();
    if (next.done === true) return { found, ending: next.value };
    found.push(next.value);
  }
}

function recovered(
  bytes: Uint8Array<ArrayBuffer>,
): [Recovered, Uint8Array<ArrayBuffer>] {
  const memory = new Memory();
  return [recover(sourceOf(bytes), memory, "test"), memory.bytes];
}

Deno.test("crc32() sums up as zip does, in one piece or in several", () => {
  assertEquals(crc32(encoder.encode("123456789")), 0xcbf4_3926);
  fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
    const whole = new Uint8Array([...first, ...second]);
    assertEquals(crc32(second, crc32(first)), crc32(whole));
    // Bit by bit, as the definition says.
    let sum = 0xffff_ffff;
    for (const byte of whole) {
      sum ^= byte;
      for (let i = 0; i < 8; i++) {
        sum = sum & 1 ? sum >>> 1 ^ 0xedb8_8320 : sum >>> 1;
      }
    }
    assertEquals(crc32(whole), ~sum >>> 0);
  }));
});

Deno.test("a recording that was written is read as it was", () => {
  const { found, ending } = read(sample(333));
  assertEquals(ending.complete, true);
  const messages = found.filter(({ kind }) => kind === "message");
  assertEquals(messages.length, 333);
  assertEquals(found.filter(({ kind }) => kind === "channel").length, 3);
  const last = found.at(-1);
  assert(last?.kind === "message");
  assertEquals(last.message.data, payload(332));
  assertEquals(last.message.channelId, 3);
  assertEquals(last.message.sequence, 110);
  assertEquals(
    last.message.logTime,
    BigInt(1_700_000_000_000_000_000 + 332 * 512),
  );
});

needingPythonTest(
  "the library of the makers of MCAP for Python reads all that was written, and every sum is right",
  async (path) => {
    using file = new FileOut(path, true);
    writeSample(file, 333).end();
    const seen = await readByPython(path);
    assertEquals(seen.count, 333);
    assertEquals(seen.streamed, 333);
    assertEquals(seen.chunks, 7);
    assertEquals(seen.schemas, [["Trade", "jsonschema", SCHEMA]]);
    assertEquals(seen.metadata, [["place", { host: "здесь", empty: "" }]]);
    assertEquals(seen.channels[2], ["/trades", "json", { type: "7" }]);
    assertEquals(seen.messages.length, 333);
    const [topic, schema, time, data] = seen.messages[330]!;
    assertEquals([topic, schema], ["/trades", "Trade"]);
    assertEquals(time, 1_700_000_000_000_000_000 + 330 * 512);
    assertEquals(data, encoder.encode('{"i":330}').toHex());
  },
);

needingPythonTest(
  "it reads what was recovered of a file that was cut short, and an empty recording",
  async (path) => {
    const whole = sample(333);
    const [, mended] = recovered(whole.slice(0, whole.length >> 1));
    await Deno.writeFile(path, mended);
    const seen = await readByPython(path);
    assert(seen.count >= 50 && seen.count % 50 === 0, `${seen.count}`);
    assertEquals(seen.streamed, seen.count);
    await Deno.writeFile(path, sample(0));
    assertEquals((await readByPython(path)).count, 0);
  },
);

Deno.test("the library of the makers of MCAP for JavaScript reads all that was written", async () => {
  const bytes = sample(333);
  const reader = await openMcap({
    size: () => Promise.resolve(BigInt(bytes.length)),
    read: (offset, size) =>
      Promise.resolve(bytes.slice(Number(offset), Number(offset + size))),
  });
  assertEquals(reader.statistics?.messageCount, 333n);
  const seen: number[] = [];
  for await (const { channelId, data } of reader.readMessages()) {
    seen.push(channelId);
    if (channelId !== 1) assertEquals(data, payload(seen.length - 1));
  }
  assertEquals(seen.length, 333);
  assertEquals(
    [...reader.channelsById.values()].map(({ topic }) => topic),
    ["/trades", "/raw-2", "/raw-3"],
  );
});

Deno.test("a file cut short anywhere has all messages of the chunks that are whole", () => {
  const whole = sample(200);
  const { found } = read(whole);
  let before = 0;
  for (let length = 8; length < whole.length; length += 61) {
    const [result, mended] = recovered(whole.slice(0, length));
    assertEquals(result.complete, false);
    assert(result.problems.length > 0);
    assertEquals(result.messages % 50, 0, "chunks are whole or not there");
    assert(result.messages >= before);
    before = result.messages;
    const again = read(mended);
    assertEquals(again.ending.complete, true);
    assertEquals(
      again.found.filter(({ kind }) => kind === "message"),
      found.filter(({ kind }) => kind === "message").slice(0, result.messages),
    );
  }
  assertEquals(before, 200);
});

Deno.test("a chunk whose bytes were changed is told and left out, the others are kept", () => {
  const bytes = sample(200);
  // Somewhere in the payloads of the second chunk.
  const at = bytes.length >> 2;
  bytes[at] = bytes[at]! ^ 0xff;
  const [result] = recovered(bytes);
  assertEquals(result.messages, 150);
  assertEquals(result.problems.length, 1);
  assertEquals(result.complete, false);
});

Deno.test("what is no recording is refused", () => {
  const error = assertThrows(
    () => read(new Uint8Array(100)),
    Deno.errors.InvalidData,
  );
  assertEquals(
    error.message,
    "it does not begin as a file in the format MCAP does",
  );
});

Deno.test("no bytes of a damaged file make recover() fail, and what it writes is whole", () => {
  const whole = sample(120);
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.integer({ min: 8, max: whole.length - 1 }),
          fc.integer({ min: 0, max: 255 }),
        ),
        { minLength: 1, maxLength: 20 },
      ),
      (changes) => {
        const bytes = whole.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        try {
          const [, mended] = recovered(bytes);
          assertEquals(read(mended).ending.complete, true);
        } catch (error) {
          // A chunk may now say that it is compressed.
          if (!(error instanceof Deno.errors.InvalidData)) throw error;
          assert(error.message.includes("compressed"), error.message);
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** What the program in Python says. */
interface Seen {
  readonly messages: [string, string | null, number, string][];
  readonly metadata: unknown[];
  readonly streamed: number;
  readonly count: number;
  readonly chunks: number;
  readonly channels: unknown[];
  readonly schemas: unknown[];
}

async function readByPython(path: string): Promise<Seen> {
  const { code, stdout, stderr } = await run([
    ...PYTHON,
    projectPath("tests/peers/python/mcap_reader.py"),
    path,
  ]);
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

function needingPythonTest(
  name: string,
  fn: (path: string) => Promise<void>,
): void {
  Deno.test(needing(["mcap"], name, async () => {
    const path = await Deno.makeTempFile({ suffix: ".mcap" });
    try {
      await fn(path);
    } finally {
      await Deno.remove(path);
    }
  }));
}
