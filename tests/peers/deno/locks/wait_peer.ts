/**
 * The other side of a test of waiting, in Deno: maps the file that it is given,
 * does what it is told on stdin, a line at a time, and answers with one line.
 * `c/futex_peer.c` understands the first half of it.
 *
 *     wait WORD VALUE MS          ok RESULT     blocking
 *     notify WORD COUNT           ok WOKEN
 *     store WORD VALUE            ok
 *     pass WORD TURN TURNS        ok            every other turn, blocking
 *     arrive OFFSET ROUNDS MS     ok LAST OK TIMED-OUT    counts, blocking
 *     take OFFSET ITEMS           ok SUM        from a bounded buffer, blocking
 *     put OFFSET ITEMS            ok            the numbers from 1 on
 *
 *     wakeOne WORD                ok            afterwards, once one sleeps
 *     waitAsync WORD VALUE MS     ok RESULT
 *     waitOften WORD TIMES        ok WOKEN      with timeouts; counts in the next
 *     later MS WORD VALUE         ok            stores and notifies afterwards
 *     passAsync WORD TURN TURNS   ok
 *     arriveHasty OFFSET ROUNDS   ok ROUNDS     with timeouts, until it met so often
 *     serve TOKENS TAKEN LAST     ok            takes tokens, in a task that waits
 *     polling                     ok            the other way to wait
 *     hold OFFSET                 ok            a mutex, until the end
 *     await MUTEX CONDITION       ok RESULT     of a condition, blocking
 *
 * Offsets are in bytes, words are 32-bit words. What fails is answered with
 * `error MESSAGE`.
 *
 * @module
 */

import { SharedMemory } from "../../../../mod.ts";
import {
  Barrier,
  Condition,
  Mutex,
  notify,
  wait,
  waitAsync,
} from "../../../../sync/mod.ts";
import { useWaitStrategy } from "../../../../sync/parking/parking_lot.ts";
import { BoundedBuffer } from "../../bounded_buffer.ts";
import { passTurns, passTurnsAsync } from "../../turns.ts";

const [path = ""] = Deno.args;
const mapping = SharedMemory.openPath(path).map();
const { bytes } = mapping;
const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);

/** What nobody may lose, such as a guard that is held. */
const kept: unknown[] = [];

function arrive(offset: number, rounds: number, timeoutMs: number): string {
  const barrier = Barrier.open(bytes, offset);
  const counts = { "last": 0, "ok": 0, "timed-out": 0 };
  for (let i = 0; i < rounds; i++) counts[barrier.wait({ timeoutMs })]++;
  return Object.values(counts).join(" ");
}

function take(offset: number, items: number): string {
  const buffer = BoundedBuffer.open(bytes, offset);
  let sum = 0;
  for (let i = 0; i < items; i++) sum += buffer.take();
  return String(sum);
}

function wakeOne(word: number): string {
  setTimeout(() => {
    if (notify(words, word, 1) === 0) wakeOne(word);
  }, 1);
  return "";
}

function waitOften(word: number, times: number): string {
  let woken = 0;
  for (let i = 0; i < times; i++) {
    if (wait(words, word, 0, Math.random() / 10) === "ok") woken++;
    Atomics.add(words, word + 1, 1);
  }
  return String(woken);
}

async function serve(tokens: number, taken: number, last: number) {
  while (Atomics.load(words, taken) < last) {
    const held = Atomics.load(words, tokens);
    if (held > 0) {
      if (Atomics.compareExchange(words, tokens, held, held - 1) === held) {
        Atomics.add(words, taken, 1);
        notify(words, taken);
      }
    } else if (await waitAsync(words, tokens, 0) === "timed-out") {
      throw new Error("a wait without a timeout timed out");
    }
  }
  return "";
}

function put(offset: number, items: number): string {
  const buffer = BoundedBuffer.open(bytes, offset);
  for (let item = 1; item <= items; item++) buffer.put(item);
  return "";
}

function awaitCondition(mutexOffset: number, conditionOffset: number): string {
  using guard = Mutex.open(bytes, mutexOffset).lock();
  return Condition.open(bytes, conditionOffset).wait(guard);
}

function arriveHasty(offset: number, rounds: number): string {
  const barrier = Barrier.open(bytes, offset);
  let met = 0;
  while (met < rounds) {
    const timeoutMs = Math.random() * 2;
    if (barrier.wait({ timeoutMs }) !== "timed-out") met++;
  }
  return String(met);
}

type Command = (...args: number[]) => string | Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  wait: (word = 0, value = 0, ms) => wait(words, word, value, ms),
  notify: (word = 0, count) => String(notify(words, word, count)),
  store: (word = 0, value = 0) => {
    Atomics.store(words, word, value);
    return "";
  },
  pass: (word = 0, turn = 0, turns = 0) => {
    passTurns(words, word, turn, turns);
    return "";
  },
  arrive: (offset = 0, rounds = 0, ms = Infinity) => arrive(offset, rounds, ms),
  take: (offset = 0, items = 0) => take(offset, items),
  waitAsync: (word = 0, value = 0, timeoutMs = Infinity) =>
    waitAsync(words, word, value, { timeoutMs }),
  later: (ms = 0, word = 0, value = 0) => {
    setTimeout(() => {
      Atomics.store(words, word, value);
      notify(words, word);
    }, ms);
    return "";
  },
  passAsync: async (word = 0, turn = 0, turns = 0) => {
    await passTurnsAsync(words, word, turn, turns);
    return "";
  },
  put: (offset = 0, items = 0) => put(offset, items),
  arriveHasty: (offset = 0, rounds = 0) => arriveHasty(offset, rounds),
  serve: (tokens = 0, taken = 0, last = 0) => serve(tokens, taken, last),
  wakeOne: (word = 0) => wakeOne(word),
  waitOften: (word = 0, times = 0) => waitOften(word, times),
  polling: () => {
    useWaitStrategy("polling");
    return "";
  },
  hold: (offset = 0) => {
    kept.push(Mutex.open(bytes, offset).lock());
    return "";
  },
  await: (mutex = 0, condition = 0) => awaitCondition(mutex, condition),
};

async function answer(line: string): Promise<string> {
  const [command = "", ...args] = line.split(" ");
  try {
    const result = await COMMANDS[command]?.(...args.map(Number));
    if (result === undefined) return "error unknown command";
    return `ok ${result}`.trimEnd();
  } catch (error) {
    return `error ${error}`;
  }
}

let unread = "";
for await (
  const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const lines = (unread + text).split("\n");
  unread = lines.pop() ?? "";
  for (const line of lines) {
    const said = await answer(line);
    Deno.stdout.writeSync(new TextEncoder().encode(`${said}\n`));
  }
}
// What still waits or is held goes with the process.
Deno.exit(0);
