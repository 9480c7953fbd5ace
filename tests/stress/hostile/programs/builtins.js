// deno-lint-ignore-file no-console no-unused-vars require-await
/**
 * Built-in functions and prototypes that a program replaces.
 * Each program is run by itself, with a time limit.
 *
 * @module
 */

import { C, name, S, T, Y } from "../all.js";

/** Every function of Atomics throws. */
export async function patchedAtomicsAfter() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const x = Y.Mutex.create(m.bytes);
  for (const k of Object.getOwnPropertyNames(Atomics)) {
    if (k !== "length") {
      try {
        Atomics[k] = () => {
          throw new Error("patched " + k);
        };
      } catch {
        // That may be.
      }
    }
  }
  for (let i = 0; i < 50; i++) {
    try {
      const g = x.tryLock();
      try {
        g?.unlock();
      } catch {
        // That may be.
      }
    } catch {
      // That may be.
    }
  }
}

/** Atomics gives wrong results. */
export async function patchedAtomicsLie() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const x = Y.Mutex.create(m.bytes);
  const s = Y.Semaphore.createAt(m.bytes, 64, { value: 1 });
  Atomics.compareExchange = () => 12345;
  Atomics.load = () => -1;
  Atomics.exchange = () => -1;
  for (let i = 0; i < 50; i++) {
    try {
      const g = x.tryLock();
      try {
        g?.unlock();
      } catch {
        // That may be.
      }
    } catch {
      // That may be.
    }
    try {
      s.tryWait();
    } catch {
      // That may be.
    }
  }
}

/** Arrays cannot be iterated. */
export async function patchedArrayProto() {
  Array.prototype.push = function () {
    throw new Error("no");
  };
  Array.prototype[Symbol.iterator] = function () {
    throw new Error("no");
  };
  const n = name();
  let r;
  try {
    r = C.Receiver.create(n, { capacity: 1024 });
    const s = C.Sender.open(n);
    try {
      s.trySend(new Uint8Array(4));
      r.tryReceive();
    } catch { /* that may be */ }
    s.close();
    r.unlink();
    r.close();
  } catch (e) {
    try {
      S.SharedMemory.unlinkName(n);
    } catch {
      // That may be.
    }
  }
}

/** Maps and sets throw. */
export async function patchedMap() {
  Map.prototype.get = () => {
    throw new Error("no");
  };
  Map.prototype.set = () => {
    throw new Error("no");
  };
  Set.prototype.add = () => {
    throw new Error("no");
  };
  WeakMap.prototype.get = () => undefined;
  try {
    const m = S.SharedMemory.anonymous({ size: 4096 }).map();
    const x = Y.Mutex.create(m.bytes);
    const g = x.lock();
    g.unlock();
  } catch { /* that may be */ }
}

/** Weak maps forget while a lock is held. */
export async function patchedWeakmapLive() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const x = Y.Mutex.create(m.bytes);
  const g = x.lock();
  WeakMap.prototype.get = () => undefined;
  WeakMap.prototype.has = () => false;
  try {
    m.unmap();
  } catch (e) {
    console.log(String(e));
  }
  try {
    g.unlock();
  } catch (e) {
    console.log(String(e));
  }
  const o = S.SharedMemory.anonymous({ size: 4096 });
  try {
    const y = Y.Mutex.create(o.map().bytes);
    y.lock().unlock();
  } catch (e) {
    console.log(String(e));
  }
}

/** Promises cannot be chained. */
export async function patchedPromise() {
  const n = name();
  const r = C.Receiver.create(n, { capacity: 1024 });
  const s = C.Sender.open(n);
  Promise.prototype.then = function () {
    throw new Error("no");
  };
  try {
    r.receive({ timeoutMs: 10 }).catch(() => {});
  } catch {
    // That may be.
  }
  r.unlink();
}

/** Typed arrays copy nothing. */
export async function patchedTypedSet() {
  const TA = Object.getPrototypeOf(Uint8Array.prototype);
  TA.set = function () {};
  TA.subarray = function () {
    return new Uint8Array(1);
  };
  TA.slice = function () {
    return new Uint8Array(0);
  };
  TA.fill = function () {
    return this;
  };
  const n = name();
  let r;
  try {
    r = C.Receiver.create(n, { capacity: 1024 });
    const s = C.Sender.open(n);
    s.trySend(new Uint8Array(40));
    r.tryReceive();
    s.close();
  } catch {
    /* that may be */
  } finally {
    try {
      r?.unlink();
    } catch {
      // That may be.
    }
  }
  const l = T.Latest.create(name(), { byteLength: 64 });
  try {
    l.write(new Uint8Array(64));
    l.read();
  } catch {
    // That may be.
  }
  l.unlink();
}

/** The prototypes are frozen. */
export async function freezeAll() {
  for (
    const o of [
      Object.prototype,
      Array.prototype,
      Promise.prototype,
      Map.prototype,
      Set.prototype,
      Function.prototype,
      Error.prototype,
    ]
  ) {
    Object.freeze(o);
  }
  const n = name();
  const r = C.Receiver.create(n, { capacity: 1024 });
  const s = C.Sender.open(n);
  s.trySend(new Uint8Array(3));
  console.log((await r.receive({ timeoutMs: 100 }))?.bytes.length);
  try {
    r.receive({ timeoutMs: 1.5 }).catch(() => {});
  } catch {
    // That may be.
  }
  try {
    S.SharedMemory.open("/att-none");
  } catch (e) {
    console.log(e.code);
  }
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  Y.Mutex.create(m.bytes).lock().unlock();
  r.unlink();
}

/** Every object has options. */
export async function protoPollution() {
  Object.prototype.timeoutMs = -5;
  Object.prototype.signal = 1;
  Object.prototype.ifExists = "bogus";
  Object.prototype.get = 1;
  try {
    const m = S.SharedMemory.anonymous({ size: 4096 }).map();
    const x = Y.Mutex.create(m.bytes);
    try {
      x.lock({}).unlock();
      console.log("lock ok");
    } catch (e) {
      console.log(String(e).slice(0, 90));
    }
    x.lock().unlock();
  } catch (e) {
    console.log(String(e).slice(0, 100));
  }
}

/** Arrays say that they are longer than they are, or that they have no end. */
export async function patchedByteLength() {
  const typed = Object.getPrototypeOf(Uint8Array.prototype);
  const { get } = Object.getOwnPropertyDescriptor(typed, "byteLength");
  const map = T.SharedMap.create(name(), { budget: 65536 });
  const queue = T.WorkQueue.create(name(), { jobs: 4, byteLength: 64 });
  const latest = T.Latest.create(name(), { byteLength: 64 });
  const key = new Uint8Array(100).fill(3);
  for (const length of [Infinity, 2 ** 31, 1000, 1, 0, NaN, -1, "5", {}]) {
    Object.defineProperty(typed, "byteLength", {
      get: () => length,
      configurable: true,
    });
    for (
      const act of [
        () => map.set("a", new Uint8Array(300).fill(1)),
        () => map.set(key, Uint8Array.of(2)),
        () => map.compareAndSet("a", Uint8Array.of(1), Uint8Array.of(2)),
        () => map.get("a"),
        () => map.get(key),
        () => map.delete(key),
        () => [...map.entries()],
        () => queue.tryPut(Uint8Array.of(1)),
        () => queue.tryTake()?.done(),
        () => latest.write(Uint8Array.of(1)),
        () => latest.read(),
        () => latest.readInto(new Uint8Array(64)),
      ]
    ) {
      try {
        act();
      } catch {
        // That may be.
      }
    }
  }
  Object.defineProperty(typed, "byteLength", { get, configurable: true });
  map.set("b", new Uint8Array(300).fill(4));
  if (map.get("b")?.every((byte) => byte === 4) !== true) {
    throw new Error("the map is damaged");
  }
  for (const object of [map, queue, latest]) {
    object.unlink();
    object.close();
  }
}
