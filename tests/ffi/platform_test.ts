import { assert, assertEquals, assertThrows } from "../../deps.ts";
import type { Field } from "../../ffi/libc/layout.ts";
import { platform, platformOf } from "../../ffi/platforms/platform.ts";
import { runDeno } from "../helpers/deno.ts";

/** Each supported pair, and what tells its value from the others. */
const SUPPORTED = [
  ["linux", "x86_64", "Linux x86_64", "libc.so.6", 144],
  ["linux", "aarch64", "Linux aarch64", "libc.so.6", 128],
  ["darwin", "aarch64", "macOS", "libSystem.B.dylib", 144],
  ["darwin", "x86_64", "macOS", "libSystem.B.dylib", 144],
] as const;

for (const [os, arch, name, libc, sizeOfStat] of SUPPORTED) {
  Deno.test(`platformOf() knows ${os} ${arch}`, () => {
    const found = platformOf(os, arch);
    assertEquals(found.name, name);
    assertEquals(found.libc, libc);
    assertEquals(found.layouts.stat.size, sizeOfStat);
  });

  Deno.test(`every field of ${os} ${arch} lies inside its struct, on no other`, () => {
    for (const layout of Object.values(platformOf(os, arch).layouts)) {
      if (layout === null) continue;
      let end = 0;
      const fields = Object.values<Field>(layout.fields)
        .toSorted((a, b) => a.offset - b.offset);
      for (const { offset, type } of fields) {
        assert(offset >= end, `a field at ${offset} overlaps the one before`);
        end = offset + Number(type.slice(1)) / 8;
      }
      assert(end <= layout.size, `a field ends at ${end} of ${layout.size}`);
    }
  });
}

const UNSUPPORTED = [
  ["windows", "x86_64"],
  ["windows", "aarch64"],
  ["freebsd", "x86_64"],
  ["android", "aarch64"],
  ["linux", "riscv64"],
] as const;

for (const [os, arch] of UNSUPPORTED) {
  Deno.test(`platformOf() refuses ${os} ${arch} with one clear error`, () => {
    const { message } = assertThrows(
      () => platformOf(os, arch),
      Deno.errors.NotSupported,
    );
    assertEquals(
      message,
      `Cannot use shared memory on ${os} ${arch}: this library speaks to the libc of Linux and macOS on x86_64 and aarch64 only`,
    );
  });
}

Deno.test("platform() is that of the running system, and always the same", () => {
  assertEquals(platform(), platformOf(Deno.build.os, Deno.build.arch));
  assert(platform() === platform());
});

Deno.test("on Windows the module imports without harm, and every first call gives the one error", async () => {
  const { code, stdout, stderr } = await runDeno(
    `
    import * as shmem from "mod.ts";

    // The module asks on its first call, so this is early enough.
    Object.defineProperty(Deno, "build", {
      value: { ...Deno.build, os: "windows", arch: "x86_64" },
    });
    const calls = {
      "SharedMemory.create": () => shmem.SharedMemory.create("/n", { size: 7 }),
      "SharedMemory.open": () => shmem.SharedMemory.open("/n"),
      "SharedMemory.anonymous": () => shmem.SharedMemory.anonymous({ size: 7 }),
      "SharedMemory.unlink": () => shmem.SharedMemory.unlink("/n"),
      "SharedMemory.list": () => shmem.SharedMemory.list(),
      "Segment.create": () => shmem.Segment.create({ size: 7 }),
      "Segment.open": () => shmem.Segment.open({ key: 7 }),
      "Segment.list": () => shmem.Segment.list(),
      "MappedFile.open": () => shmem.MappedFile.open("some-file"),
      ftok: () => shmem.ftok(".", 7),
      shmget: () => shmem.shmget(7, 7, 0),
      shmat: () => shmem.shmat(7),
      shmctl: () => shmem.shmctl(7, shmem.IPC_STAT),
      mmap: () => shmem.mmap(null, { length: 7 }),
      useLibrary: () => shmem.useLibrary(),
      "useLibrary, path": () => shmem.useLibrary("/lib/x.so"),
      "useLibrary, URL": () => shmem.useLibrary("http://127.0.0.1:9/x.so"),
    };
    const outcomes = {};
    for (const [name, call] of Object.entries(calls)) {
      try {
        await call();
        outcomes[name] = "nothing was thrown";
      } catch (error) {
        outcomes[name] = error.name + ": " + error.message;
      }
    }
    console.log(JSON.stringify(outcomes));
    `,
  );
  assertEquals(stderr, "");
  assertEquals(code, 0);
  const outcomes = Object.entries(JSON.parse(stdout));
  assert(outcomes.length > 10);
  for (const [name, outcome] of outcomes) {
    assertEquals(
      outcome,
      "NotSupported: Cannot use shared memory on windows x86_64: this library speaks to the libc of Linux and macOS on x86_64 and aarch64 only",
      name,
    );
  }
});
