/**
 * Uses locks and counters whose bytes are overwritten while they are free, held
 * and waited for, and says at its end that it lived:
 *
 *     lock_damage.ts PATH ROUNDS SEED self|peer
 *
 * With `self` it overwrites them itself; with `peer` another program does so all
 * the time, and this one only goes on using them.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- its output is its answer

import { SharedMemory } from "../../../../mod.ts";
import {
  Barrier,
  Condition,
  Mutex,
  ReadWriteLock,
  Semaphore,
} from "../../../../sync/mod.ts";

const [path = "", rounds = "", seed = "", who = ""] = Deno.args;
/** Enough for a lock of three slots. */
const LENGTH = 320;
const AT = 64;
const memory = SharedMemory.openPath(path);
let bytes = new Uint8Array(0);
let words = new Int32Array(0);

let state = Number(seed) >>> 0;
/** The next number of a sequence that the seed gives; `mulberry32`. */
function next(limit: number): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
}

const DAMAGES: readonly (() => void)[] = [
  () => words.fill(0),
  () => words.fill(-1),
  () => {
    for (let i = 0; i < words.length; i++) words[i] = next(2 ** 32);
  },
  () => words[next(16)] = next(2 ** 32),
  () => words[next(16)]! ^= 1 << next(32),
  () => words[next(words.length)]! ^= 1 << next(32),
  // Kinds that would make glibc do something else.
  () => words[4] = [0xc0, 0xb2, 0x80, 0x10, 0x91, 0][next(6)]!,
  // Links of the list.
  () => {
    for (let i = 6; i < 10; i++) words[i] = next(2 ** 32);
  },
];

function damage(): void {
  if (who === "self") DAMAGES[next(DAMAGES.length)]?.();
}

/** Calls that may fail, but neither end the program nor hang. */
function attempt(...calls: (() => unknown)[]): void {
  for (const call of calls) {
    try {
      call();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
}

const SOON = { timeoutMs: 0 };
const AWHILE = { timeoutMs: 1 };

/** What is done with each kind: free, held; and in some rounds waited for. */
const KINDS: readonly ((waits: boolean) => void | Promise<unknown>)[] = [
  (waits) => {
    const mutex = Mutex.create(bytes, AT, { recursive: next(4) === 0 });
    let waiting: Promise<void> | undefined;
    if (next(2) === 0) damage();
    attempt(() => {
      const guard = mutex.lock(SOON);
      damage();
      attempt(
        () => mutex.tryLock()?.unlock(),
        () => mutex.lock(SOON).unlock(),
        () => Mutex.open(bytes, AT),
      );
      if (waits) waiting = mutex.lockAsync(AWHILE).then(end, () => {});
      damage();
      attempt(() => guard.unlock());
    });
    if (!waits) return;
    // Both, or the next round would find what the first one has taken late.
    return Promise.allSettled([waiting, mutex.lockAsync(AWHILE).then(end)]);
  },
  (waits) => {
    const lock = ReadWriteLock.create(bytes, AT, { slots: 3 });
    if (next(2) === 0) damage();
    attempt(
      () => {
        const guard = lock.read(SOON);
        damage();
        attempt(() => lock.tryRead()?.unlock(), () => guard.unlock());
      },
      () => {
        const guard = lock.write(SOON);
        damage();
        attempt(() => lock.tryWrite()?.unlock(), () => guard.unlock());
      },
      () => ReadWriteLock.open(bytes, AT),
    );
    if (!waits) return;
    return Promise.allSettled([
      lock.readAsync(AWHILE).then(end),
      lock.writeAsync(AWHILE).then(end),
    ]);
  },
  (waits) => {
    const semaphore = Semaphore.createAt(bytes, AT, { value: next(3) });
    const waiting = waits ? semaphore.waitAsync(AWHILE) : undefined;
    damage();
    attempt(
      () => semaphore.post(),
      () => semaphore.tryWait(),
      () => semaphore.wait(SOON),
      () => semaphore.value,
      () => Semaphore.openAt(bytes, AT).close(),
    );
    const ended = waiting?.catch(() => {}).then(() => semaphore.close());
    if (ended === undefined) semaphore.close();
    return ended;
  },
  async (waits) => {
    const mutex = Mutex.create(bytes, 1024);
    const condition = Condition.create(bytes, AT);
    {
      using guard = mutex.lock();
      const waiting = waits ? condition.waitAsync(guard, AWHILE) : undefined;
      damage();
      attempt(() => condition.notify(), () => condition.notifyAll());
      // Not in each round: the others must be over when the call returns.
      if (waits) await waiting?.catch(() => {});
      attempt(() => condition.wait(guard, SOON));
      attempt(() => Condition.open(bytes, AT));
    }
  },
  (waits) => {
    const parties = 1 + next(3);
    const barrier = Barrier.create(bytes, AT, { parties });
    damage();
    attempt(() => barrier.wait(SOON), () => Barrier.open(bytes, AT));
    if (!waits) return;
    const waiting = barrier.waitAsync(AWHILE).catch(() => {});
    damage();
    return waiting;
  },
];

function end(guard: Disposable): void {
  attempt(() => guard[Symbol.dispose]());
}

const all = Number(rounds);
for (const use of KINDS) {
  // Each kind in a mapping of its own: in one they would be in each other's way.
  const mapping = memory.map();
  ({ bytes } = mapping);
  words = new Int32Array(bytes.buffer, bytes.byteOffset + AT, LENGTH / 4);
  for (let round = 0; round < all / KINDS.length; round++) {
    // Waiting takes milliseconds, the rest microseconds.
    const waits = next(300) === 0;
    const waiting = use(waits);
    if (waits) await waiting;
  }
  // The list of this thread leads nowhere wrong, and nothing is held.
  const sound = Mutex.create(bytes, 2048);
  sound.lock().unlock();
  mapping.unmap();
}
console.log("lived");
