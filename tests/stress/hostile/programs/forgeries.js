// deno-lint-ignore-file no-console no-unused-vars require-await
/**
 * Objects that are not what they look like.
 * Each program is run by itself, with a time limit.
 *
 * @module
 */

import { C, name, Q, S, T, Y } from "../all.js";

/** Lengths of buffers lie. */
export async function patchedBytelength() {
  const TA = Object.getPrototypeOf(Uint8Array.prototype);
  Object.defineProperty(TA, "byteLength", {
    get() {
      return 1e9;
    },
  });
  Object.defineProperty(TA, "byteOffset", {
    get() {
      return 1e6;
    },
  });
  Object.defineProperty(TA, "length", {
    get() {
      return 1e9;
    },
  });
  Object.defineProperty(ArrayBuffer.prototype, "byteLength", {
    get() {
      return 2 ** 40;
    },
  });
  try {
    const m = S.SharedMemory.anonymous({ size: 4096 }).map();
    const x = Y.Mutex.create(m.bytes);
    x.lock().unlock();
  } catch (e) {
    console.log(String(e).slice(0, 80));
  }
  try {
    const q = Q.SystemMessageQueue.create();
    try {
      q.send(new Uint8Array(4));
      q.receive({ timeoutMs: 1 });
    } finally {
      q.remove();
    }
  } catch (e) {
    console.log(String(e).slice(0, 80));
  }
  try {
    const n = name();
    const q = Q.MessageQueue.create(n, {
      maxMessages: 2,
      maxMessageLength: 16,
    });
    q.unlink();
    q.send(new Uint8Array(4), { timeoutMs: 5 });
    q.receive({ timeoutMs: 5 });
  } catch (e) {
    console.log(String(e).slice(0, 80));
  }
}

/** A message lies about its length. */
export async function bytelengthLateQueue() {
  const n = name();
  const q = Q.MessageQueue.create(n, { maxMessages: 4, maxMessageLength: 16 });
  q.unlink();
  const b = new Uint8Array(4);
  Object.defineProperty(b, "byteLength", { value: 16000000 });
  Object.defineProperty(b, "length", { value: 16000000 });
  for (const f of ["send", "trySend"]) {
    try {
      q[f](b, { timeoutMs: 5 });
    } catch (e) {
      console.log(String(e).slice(0, 120));
    }
  }
  const s = Q.SystemMessageQueue.create();
  for (const f of ["send", "trySend"]) {
    try {
      s[f](b, { timeoutMs: 5 });
      console.log(s.status().bytes);
    } catch (e) {
      console.log(String(e).slice(0, 120));
    }
  }
  s.remove();
  class E extends Uint8Array {
    get byteLength() {
      return 8000;
    }

    get length() {
      return 8000;
    }
  }
  const s2 = Q.SystemMessageQueue.create();
  try {
    s2.send(new E(4));
    console.log(s2.status().bytes);
  } catch (e) {
    console.log(String(e));
  }
  s2.remove();
  try {
    Q.msgsnd(s2.id, 1, new E(4), Q.IPC_NOWAIT);
  } catch { /* that may be */ }
}

/** Guards that were not made by a lock. */
export async function guardCast() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const x = Y.Mutex.create(m.bytes, 0);
  const g = x.lock();
  const f = Object.create(Object.getPrototypeOf(g));
  for (const o of [f, {}, new Proxy(g, {}), structuredClone({})]) {
    for (const k of ["unlock"]) {
      try {
        Object.getPrototypeOf(g)[k].call(o);
      } catch (e) {
        console.log(e.name);
      }
    }
  }
  const c = Y.Condition.create(m.bytes, 128);
  for (const o of [f, {}, null, new Proxy(g, {})]) {
    try {
      c.wait(o, { timeoutMs: 1 });
    } catch (e) {
      console.log(e.name, String(e).slice(0, 60));
    }
  }
  try {
    new g.constructor({}, false).unlock();
  } catch (e) {
    console.log(e.name);
  }
  g.unlock();
}

/** Methods on objects that only have the prototype. */
export async function subInstances() {
  class M extends Y.Mutex {
  }
  for (
    const K of [
      Y.Mutex,
      Y.Semaphore,
      Y.Barrier,
      C.Receiver,
      C.Sender,
      T.Latest,
      T.SharedMap,
      Q.MessageQueue,
    ]
  ) {
    const o = Object.create(K.prototype);
    for (const p of Object.getOwnPropertyNames(K.prototype)) {
      try {
        const d = Object.getOwnPropertyDescriptor(K.prototype, p);
        d.get ? d.get.call(o) : d.value.call(o)?.catch?.(() => {});
      } catch {
        // That may be.
      }
    }
  }
}

/** Methods of a signal were replaced. */
export async function evilSignal() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const s = Y.Semaphore.createAt(m.bytes);
  const sig = new AbortController().signal;
  Object.defineProperty(sig, "aborted", {
    get() {
      m.unmap();
      return false;
    },
  });
  Object.defineProperty(sig, "addEventListener", {
    value() {
      throw new Error("mine");
    },
  });
  Object.defineProperty(sig, "throwIfAborted", {
    value() {
      s.close();
    },
  });
  console.log(
    await s.waitAsync({ signal: sig, timeoutMs: 20 }).catch((e) => String(e)),
  );
  const n = name();
  const r = C.Receiver.create(n);
  r.unlink();
  console.log(
    await r.receive({ signal: sig, timeoutMs: 20 }).catch((e) => String(e)),
  );
}

/** Signals that only have the prototype. */
export async function fakesignalProto() {
  const f = Object.create(AbortSignal.prototype);
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const s = Y.Semaphore.createAt(m.bytes);
  const x = Y.Mutex.create(m.bytes, 64);
  const g = x.lock();
  const n = name();
  const r = C.Receiver.create(n);
  r.unlink();
  const l = T.Latest.create(name(), { byteLength: 8 });
  const q = Q.SystemMessageQueue.create();
  for (
    const c of [
      () => s.waitAsync({ signal: f, timeoutMs: 20 }),
      () => x.lockAsync({ signal: f, timeoutMs: 20 }),
      () => r.receive({ signal: f, timeoutMs: 20 }),
      () => l.next({ signal: f, timeoutMs: 20 }),
      () => q.receiveAsync({ signal: f, timeoutMs: 20 }),
      () =>
        Y.waitAsync(new Int32Array(m.bytes.buffer), 0, 0, {
          signal: f,
          timeoutMs: 20,
        }),
    ]
  ) {
    console.log(
      await (async () => c())().catch((e) => String(e).slice(0, 100)),
    );
  }
  q.remove();
  l.unlink();
}
