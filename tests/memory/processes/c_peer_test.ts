/**
 * Deno shares memory with a program in C.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../deps.ts";
import { Segment, SharedMemory } from "../../../mod.ts";
import { compile } from "../../helpers/cc.ts";
import { needing } from "../../helpers/needs.ts";
import { ADDRESS, exchange, removal } from "../../helpers/peers/exchange.ts";
import { type KindName, KINDS } from "../../helpers/peers/kinds.ts";
import { Peer } from "../../helpers/peers/peer.ts";

const PEER = "tests/peers/c/memory/peer.c";

Deno.test(needing(
  ["cc"],
  "a C program and Deno see the same segment, at different addresses",
  async () => {
    await sharesWithC("sysv");
  },
));

Deno.test(needing(
  ["cc"],
  "a C program and Deno see the same shared memory, at different addresses",
  async () => {
    await sharesWithC("posix");
  },
));

Deno.test(needing(
  ["cc"],
  "a C program and Deno see the same mapped file, at different addresses",
  async () => {
    await sharesWithC("file");
  },
));

Deno.test(needing(
  ["cc"],
  "a C program and Deno see the same memory without a name, at different addresses",
  async () => {
    await sharesWithC("memfd");
  },
));

Deno.test(needing(
  ["cc"],
  "a C program that writes to memory sealed against writing gets EPERM",
  async () => {
    const program = await compile(PEER);
    await using peer = Peer.start([program.path]);
    using memory = SharedMemory.anonymous({ size: 5555 });
    memory.seal("write");
    const path = memory.path ?? "";
    await assertRejects(
      () => peer.open("memfd", path, "read-write"),
      Error,
      "EPERM",
    );
    assertEquals((await peer.open("memfd", path, "read")).size, 5555);
  },
));

Deno.test(needing(
  ["cc"],
  "a C program and Deno that add to one word at once lose nothing",
  async () => {
    const times = 200_000;
    const program = await compile(PEER);
    await using peer = Peer.start([program.path]);
    const key = KINDS.sysv.fresh();
    using segment = Segment.create({ key: Number(key), size: 50 });
    using _removal = removal(KINDS.sysv, key);
    using mapping = segment.attach();
    await peer.open("sysv", key, "read-write");
    const words = new Int32Array(mapping.bytes.buffer, 0, 12);
    const theirs = peer.ask("add", 44, times);
    // In parts, so that the question above is sent at all.
    for (let part = 0; part < 20; part++) {
      for (let i = 0; i < times / 20; i++) Atomics.add(words, 11, 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await theirs;
    assertEquals(words[11], 2 * times);
  },
));

Deno.test(needing(
  ["cc"],
  "what a C program reports as missing, Deno does too",
  async () => {
    const program = await compile(PEER);
    await using peer = Peer.start([program.path]);
    for (const [name, kind] of Object.entries(KINDS)) {
      if (name === "memfd") continue;
      const target = kind.fresh();
      await assertRejects(
        () => peer.ask("open", name, target, "read"),
        Error,
        "ENOENT",
      );
      await assertRejects(
        // deno-lint-ignore require-await -- what is thrown becomes a rejection
        async () => kind.open(target, "read"),
        Deno.errors.NotFound,
        "ENOENT",
      );
      if (name === "file") kind.remove(target);
    }
  },
));

async function sharesWithC(name: KindName): Promise<void> {
  const program = await compile(PEER);
  await using peer = Peer.start([program.path]);
  await exchange(name, peer, { address: ADDRESS });
  assertEquals(await peer.end(), { code: 0, stdout: "", stderr: "" });
}
