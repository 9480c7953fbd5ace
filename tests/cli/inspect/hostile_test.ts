import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { describe, listObjects, openBytes } from "../../../cli/inspect/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { randomName } from "../../helpers/names.ts";
import { run } from "../../helpers/deno.ts";
import { temporaryName } from "../../helpers/cli/temporary.ts";

const text = (name: string, options = {}) =>
  describe(name, options).findings.map(({ text }) => text).join("\n");

Deno.test("inspection tells of what is no shared memory, and opens none of it", async () => {
  const name = randomName();
  const path = `/dev/shm${name}`;
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(async () => {
    await run(["rm", "-rf", path]);
  });
  // Deno itself may not change anything under /dev without all permissions.
  const shell = async (line: string) =>
    assertEquals((await run(["sh", "-c", line, path, path])).code, 0);
  await shell('mkfifo "$1"');
  assertEquals(describe(name).kind, "other");
  assertThrows(() => openBytes(name), Error);
  await shell('rm "$1" && ln -s /etc/passwd "$1"');
  assertEquals(describe(name).kind, "other");
  assertThrows(() => openBytes(name), Error);
  await shell('rm "$1" && mkdir "$1" && printf "no such thing" >"$1"/cnc.dat');
  const { kind, aeron } = describe(name);
  assertEquals([kind, aeron?.version], ["aeron", "29472.111.110"]);
  assert(text(name).includes("the driver is not there"), text(name));
});

Deno.test("inspection survives objects whose every byte is anything", () => {
  // Sizes that pass for each kind, with its magic words and random rest.
  const sizes = [32, 64, 128, 1024 + 768, 1024 + 128, 8192];
  for (let round = 0; round < 60; round++) {
    using place = temporaryName();
    const size = sizes[round % sizes.length] ?? 64;
    using memory = SharedMemory.create(place.name, { size });
    using mapping = memory.map();
    crypto.getRandomValues(mapping.bytes);
    const view = new DataView(mapping.bytes.buffer);
    if (size === 1024 + 768 && round % 2 === 0) {
      view.setInt32(1024 + 576, 0x4e676e72, true);
    }
    if (size === 1024 + 128 && round % 2 === 0) {
      view.setInt32(1024 + 72, 0x31647262, true);
    }
    if (size === 8192) {
      const kind = ["late", "work", "map ", "bcch", "????"][round % 5] ?? "";
      mapping.bytes.set(new TextEncoder().encode(`shmemobj\x01\0\0\0${kind}`));
      // Numbers that are sound, of shapes that do not fit into the object.
      view.setBigUint64(32, 1n << BigInt(round % 20), true);
      view.setBigUint64(40, 1n << BigInt(round % 24), true);
    }
    describe(place.name, { locks: [0, size, 2 ** 40], scan: null });
    listObjects({ pattern: place.name, scan: null });
  }
});
