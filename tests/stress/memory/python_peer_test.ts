/**
 * Deno shares memory with a program in Python.
 *
 * @module
 */

import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import { isSystemError, SharedMemory } from "../../../mod.ts";
import { projectPath } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { exchange, removal, SIZE } from "../../helpers/peers/exchange.ts";
import { KINDS } from "../../helpers/peers/kinds.ts";
import { Peer } from "../../helpers/peers/peer.ts";

function pythonPeer(): Peer {
  return Peer.start(["python3", projectPath("tests/peers/python/peer.py")]);
}

Deno.test(needing(
  ["python3"],
  "Python's SharedMemory and Deno's see what the other writes",
  async () => {
    await using peer = pythonPeer();
    await exchange("posix", peer);
    assertEquals(await peer.end(), { code: 0, stdout: "", stderr: "" });
  },
));

Deno.test(needing(
  ["python3"],
  "Python's mmap and Deno see the same mapped file",
  async () => {
    await using peer = pythonPeer();
    await exchange("file", peer);
    assertEquals(await peer.end(), { code: 0, stdout: "", stderr: "" });
  },
));

Deno.test(needing(
  ["python3"],
  "Python opens memory without a name by its path, and does not write what it opened for reading",
  async () => {
    await using peer = pythonPeer();
    using memory = SharedMemory.anonymous({ size: SIZE });
    using mapping = memory.map();
    const path = memory.path ?? "";
    assertEquals((await peer.open("memfd", path, "read-write")).size, SIZE);
    await peer.write(SIZE - 6, "Python");
    assertEquals(new TextDecoder().decode(mapping.bytes.slice(-6)), "Python");
    await peer.close();
    await peer.open("memfd", path, "read");
    await assertRejects(() => peer.write(0, "x"), Error, "readonly");
    assertEquals(mapping.bytes[0], 0);
  },
));

Deno.test(needing(
  ["python3"],
  "an object that Python opened untracked stays when Python ends",
  async () => {
    const name = randomName();
    await using peer = pythonPeer();
    using memory = SharedMemory.create(name, { size: SIZE });
    using _removal = removal(KINDS.posix, name);
    await peer.open("posix", name, "read-write");
    await peer.write(7, "kept");
    // Waits for the resource tracker as well, which holds the same stderr.
    assertEquals(await peer.end(), { code: 0, stdout: "", stderr: "" });
    assertEquals(memory.status().unlinked, false);
    using again = SharedMemory.open(name, { size: SIZE });
    using mapping = again.map();
    assertEquals(new TextDecoder().decode(mapping.bytes.slice(7, 11)), "kept");
  },
));

Deno.test(needing(
  ["python3"],
  "an object that Python opened by itself is unlinked when Python ends, and Deno keeps what it has mapped",
  async () => {
    const name = randomName();
    await using peer = pythonPeer();
    using memory = SharedMemory.create(name, { size: SIZE });
    using cleanup = new DisposableStack();
    cleanup.defer(() => {
      if (!memory.status().unlinked) memory.unlink();
    });
    using mapping = memory.map();
    await peer.open("posix-tracked", name, "read-write");
    await peer.write(0, "lost");
    const { stderr } = await peer.end();
    assertStringIncludes(stderr, "resource_tracker");
    assertEquals(memory.status().unlinked, true);
    const error = assertThrows(
      () => SharedMemory.open(name),
      Deno.errors.NotFound,
      `Cannot open shared memory "${name}"`,
    );
    assertEquals(isSystemError(error) && error.code, "ENOENT");
    assertEquals(new TextDecoder().decode(mapping.bytes.slice(0, 4)), "lost");
  },
));

Deno.test(needing(
  ["python3"],
  "Python reports a name that Deno has removed",
  async () => {
    const name = randomName();
    await using peer = pythonPeer();
    SharedMemory.create(name, { size: SIZE }).close();
    SharedMemory.unlink(name);
    await assertRejects(
      () => peer.open("posix", name, "read"),
      Error,
      "ENOENT",
    );
  },
));
