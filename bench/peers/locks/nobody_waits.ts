/**
 * Uses a primitive while nobody waits for it, for counting its system calls.
 *
 * Takes its name, and how often.
 *
 * @module
 */

import { SharedMemory } from "../../../mod.ts";
import {
  Barrier,
  Condition,
  Mutex,
  notify,
  ReadWriteLock,
} from "../../../sync/mod.ts";

using memory = SharedMemory.anonymous({ size: 4096 });
using mapping = memory.map();
const { bytes } = mapping;

/** How to use each one once. */
const USES: Readonly<Record<string, () => () => void>> = {
  mutex: () => {
    const mutex = Mutex.create(bytes);
    return () => {
      using _guard = mutex.lock();
    };
  },
  condition: () => {
    const condition = Condition.create(bytes);
    return () => {
      condition.notify();
      condition.notifyAll();
    };
  },
  readWriteLock: () => {
    const lock = ReadWriteLock.create(bytes);
    return () => {
      lock.read().unlock();
      lock.write().unlock();
    };
  },
  barrier: () => {
    const barrier = Barrier.create(bytes, 0, { parties: 1 });
    return () => void barrier.wait();
  },
  notify: () => {
    const words = new Int32Array(bytes.buffer);
    return () => void notify(words, 0);
  },
};

const [name = "", count = ""] = Deno.args;
const use = USES[name]?.();
if (use === undefined) throw new Error(`There is no ${name}`);
for (let time = 0; time < Number(count); time++) use();
