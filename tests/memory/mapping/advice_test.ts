import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import {
  type Access,
  isSystemError,
  madvise,
  MappedFile,
  type Mapping,
  mmap,
  munmap,
  Segment,
  SharedMemory,
} from "../../../mod.ts";

/** A byte that tells its place. */
function byteAt(index: number): number {
  return (index * 37 + (index >> 8)) & 0xff;
}

/** The bytes from one place to another. */
function bytesFrom(start: number, end: number): Uint8Array {
  return Uint8Array.from({ length: end - start }, (_, i) => byteAt(start + i));
}

/** A file of bytes that tell their places. */
function fileOf(size: number) {
  const path = Deno.makeTempFileSync();
  Deno.writeFileSync(path, bytesFrom(0, size));
  return { path, [Symbol.dispose]: () => Deno.removeSync(path) };
}

Deno.test(
  "Mapping.advise() takes every advice on every kind of memory, keeps the bytes, or says why not",
  () => {
    using file = fileOf(70_001);
    using memory = SharedMemory.anonymous({ size: 70_001 });
    using handle = MappedFile.open(file.path, { access: "read-write" });
    using segment = Segment.create({ size: 70_001, removeOnLastDetach: true });
    {
      using all = memory.map();
      all.bytes.set(bytesFrom(0, 70_001));
      using attached = segment.attach();
      attached.bytes.set(bytesFrom(0, 70_001));
    }
    const accesses: Access[] = ["read", "read-write"];
    for (const access of accesses) {
      for (
        const [kind, make] of [
          ["memory", () => memory.map({ access })],
          ["window", () => memory.map({ access, offset: 4099 })],
          ["file", () => handle.map({ access })],
          [
            "segment",
            () =>
              access === "read"
                ? segment.attach({ access: "read" })
                : segment.attach(),
          ],
        ] as const
      ) {
        for (const advice of ADVICE) {
          using mapping: Mapping = make();
          const refused = attempt(() => mapping.advise(advice));
          const what = `${advice} for ${access} of ${kind}: ${refused}`;
          assert([undefined, ...REFUSALS].includes(refused), what);
          const start = kind === "window" ? 4099 : 0;
          assertEquals(mapping.bytes.at(-1), byteAt(70_000), what);
          assertEquals(mapping.bytes.at(0), byteAt(start), what);
        }
      }
    }
    // Some advice must have been taken.
    using mapping = memory.map();
    for (const advice of ["normal", "will-need", "sequential"] as const) {
      mapping.advise(advice);
      handle.advise(advice);
    }
  },
);

const ADVICE = [
  "normal",
  "random",
  "sequential",
  "will-need",
  "dont-need",
  "free",
  "dont-fork",
  "do-fork",
  "mergeable",
  "unmergeable",
  "huge-page",
  "no-huge-page",
  "dont-dump",
  "do-dump",
  "cold",
  "page-out",
  "populate-read",
  "populate-write",
  "collapse",
] as const;

/** What kernels of different ages and builds say when they do not take it. */
const REFUSALS = ["EINVAL", "ENOMEM", "EAGAIN", "EBUSY", "EFAULT"];

/** The code of the system error that a call throws. */
function attempt(call: () => void): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code;
  }
}

Deno.test("Mapping.advise() and madvise() refuse words that are no advice", () => {
  using memory = SharedMemory.anonymous({ size: 5003 });
  using mapping = memory.map();
  for (const word of ["remove", "hwpoison", "toString", "__proto__", ""]) {
    for (
      const call of [
        // @ts-expect-error There is no such advice.
        () => mapping.advise(word),
        // @ts-expect-error There is no such advice.
        () => madvise(mapping.bytes, word),
      ]
    ) {
      const error = assertThrows(call, Deno.errors.NotSupported);
      assertStringIncludes(error.message, JSON.stringify(word));
    }
  }
});

Deno.test("madvise() drops private memory with dont-need, by whole pages only", () => {
  const memory = mmap(null, { length: 90_001, access: "copy-on-write" });
  memory.fill(7);
  for (const part of [memory.subarray(1), memory.subarray(0, 100)]) {
    const error = assertThrows(() => madvise(part, "dont-need"), RangeError);
    assertStringIncludes(error.message, "whole pages");
    assertThrows(() => madvise(part, "free"), RangeError, "whole pages");
  }
  assertEquals(memory.every((byte) => byte === 7), true);
  madvise(memory, "dont-need");
  assertEquals(memory.every((byte) => byte === 0), true);
  munmap(memory);
  assertThrows(() => madvise(memory, "normal"), TypeError, "unmapped");
});

Deno.test("madvise() that drops pages takes whole pages also in a window that starts within one", async () => {
  const page = 4096;
  using file = await temporaryFile(4 * page);
  using handle = MappedFile.open(file.path);
  using mapping = handle.map({
    access: "copy-on-write",
    offset: 100,
    length: 3 * page + 50,
  });
  const { bytes } = mapping;
  bytes.fill(7);
  // From the second page of the file on; the end lies within a page.
  assertThrows(
    () => madvise(bytes.subarray(page - 100, 2 * page), "dont-need"),
    RangeError,
    "it takes whole pages",
  );
  assertEquals(bytes.every((byte) => byte === 7), true);
  madvise(bytes.subarray(page - 100, 2 * page - 100), "dont-need");
  assertEquals(bytes.indexOf(0), page - 100);
  assertEquals(bytes.indexOf(7, page - 100), 2 * page - 100);
});

/** A file of zeros, until the end of a `using` block. */
async function temporaryFile(size: number) {
  const path = await Deno.makeTempFile();
  await Deno.truncate(path, size);
  return { path, [Symbol.dispose]: () => Deno.removeSync(path) };
}
