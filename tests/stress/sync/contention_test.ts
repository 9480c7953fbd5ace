/**
 * Two C programs and two Deno programs that want the same lock a million times,
 * without the timers that look again: a wake-up that is lost is a test that does
 * not end.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { Mutex, Semaphore } from "../../../sync/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { Program } from "../../helpers/peers/program.ts";
import { type TestMemory, testMemory } from "../../helpers/sync/memory.ts";

const OFFSET = 200;
const WORD = 500;
const EACH = 1_000_000;

/** Starts a Deno program that adds, and waits until it does. */
async function contender(
  { path }: TestMemory,
  times: number,
  way: string,
): Promise<Program> {
  const script = projectPath("tests/peers/deno/locks/contender.ts");
  const args = [path, `${OFFSET}`, `${WORD}`, `${times}`, way];
  const program = Program.start(denoRun(script, { args }));
  await program.line();
  return program;
}

/** Waits until the count stands still for a while: then nobody comes on. */
async function finish(
  { words }: TestMemory,
  ends: readonly Promise<unknown>[],
): Promise<void> {
  let before = -1;
  const watch = setInterval(() => {
    const now = words[WORD] ?? 0;
    if (now === before) throw new Error(`nobody gets the lock after ${now}`);
    before = now;
  }, 60_000);
  try {
    await Promise.all(ends);
  } finally {
    clearInterval(watch);
  }
}

Deno.test(needing(
  ["cc", "native"],
  "Mutex loses no increment and no wake-up among two programs in C and two in Deno",
  async () => {
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    Mutex.create(memory.bytes, OFFSET);
    await using first = Peer.start([program.path, memory.path]);
    await using second = Peer.start([program.path, memory.path]);
    await using third = await contender(memory, EACH, "lock");
    await using fourth = await contender(memory, EACH, "mixed");
    await finish(memory, [
      first.ask("count", OFFSET, WORD, EACH),
      second.ask("count", OFFSET, WORD, EACH),
      third.hear("done\n"),
      fourth.hear("done\n"),
    ]);
    assertEquals(memory.words[WORD], 4 * EACH);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "Mutex.lockAsync() loses no increment and no wake-up beside a program in C and two in Deno",
  async () => {
    const times = 20_000;
    const program = await compile("tests/peers/c/locks/mutex_peer.c");
    using memory = testMemory();
    Mutex.create(memory.bytes, OFFSET);
    await using first = Peer.start([program.path, memory.path]);
    await using second = await contender(memory, times, "lockAsync");
    await using third = await contender(memory, times, "lockAsync");
    await finish(memory, [
      first.ask("count", OFFSET, WORD, EACH),
      second.hear("done\n"),
      third.hear("done\n"),
    ]);
    assertEquals(memory.words[WORD], EACH + 2 * times);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "Semaphore loses no increment and no wake-up among two programs in C and two in Deno",
  async () => {
    const program = await compile("tests/peers/c/locks/semaphore_contender.c");
    using memory = testMemory();
    using _semaphore = Semaphore.createAt(memory.bytes, OFFSET, { value: 1 });
    const command = [program.path, memory.path];
    const args = [`${OFFSET}`, `${WORD}`, `${EACH}`];
    await using first = Program.start([...command, ...args]);
    await using second = Program.start([...command, ...args]);
    await using third = await contender(memory, EACH, "semaphore");
    await using fourth = await contender(memory, EACH, "semaphore");
    await finish(
      memory,
      [first, second, third, fourth].map((program) => program.hear("done\n")),
    );
    assertEquals(memory.words[WORD], 4 * EACH);
  },
));
