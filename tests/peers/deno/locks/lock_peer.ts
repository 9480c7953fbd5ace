/**
 * The other side of a test of locks, in Deno: maps the file that it is given,
 * does what it is told on stdin, a line at a time, and answers with one line.
 *
 *     lock OFFSET                 ok clean|ownerDied    a mutex
 *     unlock OFFSET               ok
 *     count OFFSET WORD TIMES     ok    adds 1 to a plain word under the mutex
 *     add WORD TIMES              ok    adds 1 atomically
 *     read OFFSET, write OFFSET   ok clean|ownerDied    a read-write lock
 *     release OFFSET              ok
 *     operate ID INDEX DELTA      ok    a semaphore set, with undo
 *
 * Offsets are in bytes, words are 32-bit words. What fails is answered with
 * `error CODE`.
 *
 * @module
 */

import { isSystemError, SharedMemory } from "../../../../mod.ts";
import {
  Mutex,
  type MutexGuard,
  type ReadWriteGuard,
  ReadWriteLock,
  SemaphoreSet,
} from "../../../../sync/mod.ts";

type Guard = MutexGuard | ReadWriteGuard;

const [path = ""] = Deno.args;
const mapping = SharedMemory.openPath(path).map();
const { bytes } = mapping;
const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
const held = new Map<number, Guard>();

function hold(offset: number, guard: Guard): string {
  held.set(offset, guard);
  return guard.ownerDied ? "ownerDied" : "clean";
}

function release(offset: number): string {
  held.get(offset)?.unlock();
  held.delete(offset);
  return "";
}

function count(offset: number, word: number, times: number): string {
  const mutex = Mutex.open(bytes, offset);
  for (let i = 0; i < times; i++) {
    using _guard = mutex.lock();
    words[word] = (words[word] ?? 0) + 1;
  }
  return "";
}

function add(word: number, times: number): string {
  for (let i = 0; i < times; i++) Atomics.add(words, word, 1);
  return "";
}

const COMMANDS: Readonly<Record<string, (...args: number[]) => string>> = {
  lock: (offset = 0) => hold(offset, Mutex.open(bytes, offset).lock()),
  unlock: (offset = 0) => release(offset),
  count: (offset = 0, word = 0, times = 0) => count(offset, word, times),
  add: (word = 0, times = 0) => add(word, times),
  read: (offset = 0) => hold(offset, ReadWriteLock.open(bytes, offset).read()),
  write: (offset = 0) =>
    hold(offset, ReadWriteLock.open(bytes, offset).write()),
  release: (offset = 0) => release(offset),
  operate: (id = 0, index = 0, delta = 0) => {
    SemaphoreSet.open({ id }).operate([{ index, delta, undo: true }]);
    return "";
  },
};

function answer(line: string): string {
  const [command = "", ...args] = line.split(" ");
  try {
    const result = COMMANDS[command]?.(...args.map(Number));
    if (result === undefined) return "error unknown command";
    return result === "" ? "ok" : `ok ${result}`;
  } catch (error) {
    return `error ${isSystemError(error) ? error.code : error}`;
  }
}

let unread = "";
for await (
  const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const lines = (unread + text).split("\n");
  unread = lines.pop() ?? "";
  for (const line of lines) {
    Deno.stdout.writeSync(new TextEncoder().encode(`${answer(line)}\n`));
  }
}
