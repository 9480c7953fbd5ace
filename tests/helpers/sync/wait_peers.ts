/**
 * The other processes that tests of waiting talk with.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { notify } from "../../../sync/mod.ts";
import { denoRun, projectPath } from "../deno.ts";
import { Peer } from "../peers/peer.ts";
import type { TestMemory } from "./memory.ts";
import { until } from "./size.ts";

/** Source of the peer in C. */
export const FUTEX_PEER = "tests/peers/c/locks/futex_peer.c";

/** Starts the peer in Deno. */
export function denoPeer({ path }: TestMemory): Peer {
  const script = projectPath("tests/peers/deno/locks/wait_peer.ts");
  return Peer.start(denoRun(script, { args: [path] }));
}

/** Changes a word and wakes all who wait for it. */
export function change(words: Int32Array, word: number): void {
  Atomics.add(words, word, 1);
  notify(words, word);
}

/** Wakes one, once there is one that sleeps in the kernel. */
export async function wakeOne(words: Int32Array, word: number): Promise<void> {
  await until(() => notify(words, word, 1) === 1, "someone sleeps on the word");
}

/** Lets two peers hand a word to each other, and checks the exact count. */
export async function passBetween(
  sides: readonly [Peer, "pass" | "passAsync"][],
  { words }: TestMemory,
  turns: number,
): Promise<void> {
  const word = 17;
  Atomics.store(words, word, 0);
  await Promise.all(
    sides.map(([peer, command], first) =>
      peer.ask(command, word, first, turns)
    ),
  );
  assertEquals(Atomics.load(words, word), turns);
}

/**
 * A promise that a check awaits later. When the check before that fails, its
 * own rejection must not stop the other tests of the file.
 */
export function started<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {});
  return promise;
}
