/**
 * Adds to plain words under a mutex that others want, too, without the timers
 * that look again:
 *
 *     contender.ts PATH OFFSET WORD TIMES lock|lockAsync|mixed
 *     contender.ts PATH OFFSET WORD TIMES semaphore
 *
 * A semaphore lies at the offset; with value 1 it is a lock, too.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- its output is its answer

import { SharedMemory } from "../../../../mod.ts";
import { Mutex, Semaphore } from "../../../../sync/mod.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";

const [path = "", ...rest] = Deno.args;
const [offset = 0, word = 0, times = 0] = rest.map(Number);
const way = rest[3];
useSafetyNets(false);
const { bytes } = SharedMemory.openPath(path).map();
const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);

function add(): void {
  words[word] = (words[word] ?? 0) + 1;
}

console.log("ready");
if (way === "semaphore") {
  const semaphore = Semaphore.openAt(bytes, offset);
  for (let time = 0; time < times; time++) {
    if (time % 50 === 0) await semaphore.waitAsync();
    else semaphore.wait();
    add();
    semaphore.post();
  }
} else {
  const mutex = Mutex.open(bytes, offset);
  for (let time = 0; time < times; time++) {
    const pending = way === "lockAsync" || way === "mixed" && time % 50 === 0;
    using _guard = pending ? await mutex.lockAsync() : mutex.lock();
    add();
  }
}
console.log("done");
