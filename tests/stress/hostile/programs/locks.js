// deno-lint-ignore-file no-console no-unused-vars require-await
/**
 * Locks and counters whose bytes change, or whose memory goes.
 * Each program is run by itself, with a time limit.
 *
 * @module
 */

import { S, Y } from "../all.js";

/** 5000 wait for a semaphore that is overwritten and closed. */
export async function fiveThousandSemwaitsClose() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const s = Y.Semaphore.createAt(m.bytes);
  const ps = [...Array(5000)].map(() => s.waitAsync().catch((e) => e.name));
  await new Promise((r) => setTimeout(r, 50));
  const w = new Int32Array(m.bytes.buffer);
  for (let i = 0; i < 200; i++) {
    crypto.getRandomValues(m.bytes.subarray(0, 32));
    await 0;
  }
  s.close();
  console.log(new Set(await Promise.all(ps)));
}

/** All sorts of waits while their words change. */
export async function garbageWhileWaitingAll() {
  const m = S.SharedMemory.anonymous({ size: 65536 }).map();
  const b = m.bytes;
  const x = Y.Mutex.create(b, 0),
    rw = Y.ReadWriteLock.create(b, 4096, { slots: 3 }),
    co = Y.Condition.create(b, 8192),
    ba = Y.Barrier.create(b, 12288, { parties: 3 }),
    se = Y.Semaphore.createAt(b, 16384);
  const ps = [];
  for (let i = 0; i < 30; i++) {
    ps.push(x.lockAsync({ timeoutMs: 500 }).then((g) => g.unlock()));
    ps.push(rw.readAsync({ timeoutMs: 500 }).then((g) => g.unlock()));
    ps.push(rw.writeAsync({ timeoutMs: 500 }).then((g) => g.unlock()));
    ps.push(ba.waitAsync({ timeoutMs: 500 }));
    ps.push(se.waitAsync({ timeoutMs: 500 }));
    ps.push(
      x.lockAsync({ timeoutMs: 500 }).then(async (g) => {
        try {
          await co.waitAsync(g, { timeoutMs: 100 });
        } finally {
          g.unlock();
        }
      }),
    );
  }
  const t = setInterval(() => crypto.getRandomValues(b.subarray(0, 20480)), 3);
  const o = await Promise.allSettled(ps);
  clearInterval(t);
  console.log(
    new Set(
      o.map((x) =>
        x.status === "rejected" ? String(x.reason.code ?? x.reason.name) : "ok"
      ),
    ),
  );
  try {
    m.unmap();
  } catch (e) {
    console.log(String(e));
  }
}

/** Zeros, ones, random bytes and flipped bits in locks that are held. */
export async function zerosOnesBitflipLocks() {
  const m = S.SharedMemory.anonymous({ size: 65536 }).map();
  const b = m.bytes;
  let n = 0;
  for (let k = 0; k < 3000; k++) {
    b.fill(0, 0, 8192);
    const x = Y.Mutex.create(b, 0, { recursive: k % 2 === 0 });
    const rw = Y.ReadWriteLock.create(b, 1024, { slots: 2 });
    const g = [];
    try {
      g.push(x.lock({ timeoutMs: 1 }));
    } catch {
      // That may be.
    }
    try {
      g.push(rw.write({ timeoutMs: 1 }));
    } catch {
      // That may be.
    }
    if (k % 3 === 0) {
      b.fill(k % 2 ? 255 : 0, 0, 2048);
    } else if (k % 3 === 1) {
      crypto.getRandomValues(b.subarray(0, 2048));
    } else {
      b[Math.random() * 2048 | 0] ^= 1 << (k % 8);
    }
    for (const y of g) {
      try {
        y.unlock();
      } catch {
        n++;
      }
    }
    try {
      x.tryLock()?.unlock();
    } catch {
      // That may be.
    }
    try {
      rw.tryRead()?.unlock();
    } catch {
      // That may be.
    }
  }
  console.log(n);
}

/** What runs once overwrites, repeats and unmaps. */
export async function onceHostile() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const p = Y.Once.run(m.bytes, 0, () => {
    m.bytes.fill(255, 0, 128);
  }).catch((e) => String(e));
  console.log(await p);
  m.bytes.fill(0, 0, 128);
  console.log(
    await Y.Once.run(m.bytes, 0, async () => {
      await Y.Once.run(m.bytes, 0, () => {}, { timeoutMs: 50 }).catch((e) =>
        console.log(e.name)
      );
    }).catch((e) => String(e)),
  );
  m.bytes.fill(0, 0, 128);
  console.log(
    await Y.Once.run(m.bytes, 0, () => {
      m.unmap();
    }).catch((e) => String(e)),
  );
}

/** What runs once returns an object that is no promise. */
export async function onceThenable() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  console.log(
    await Promise.race([
      Y.Once.run(m.bytes, 0, () => ({
        then(r) {
          setTimeout(r, 10);
          throw new Error("x");
        },
      })).catch((e) => String(e)),
      new Promise((r) => setTimeout(() => r("pending"), 500)),
    ]),
  );
}

/** Guards are released while they wait. */
export async function conditionAbuse() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const x = Y.Mutex.create(m.bytes, 0),
    y = Y.Mutex.create(m.bytes, 64),
    c = Y.Condition.create(m.bytes, 128);
  const g = x.lock();
  const p = c.waitAsync(g, { timeoutMs: 100 });
  try {
    g.unlock();
  } catch (e) {
    console.log(String(e));
  }
  try {
    await c.waitAsync(g);
  } catch (e) {
    console.log(String(e));
  }
  try {
    g[Symbol.dispose]();
  } catch (e) {
    console.log(String(e));
  }
  console.log(await p);
  const h = y.lock();
  const q = c.waitAsync(h, { timeoutMs: 100 });
  m.bytes.fill(0);
  console.log(await q.catch((e) => String(e)));
}

/** Memory is unmapped under 3000 waits. */
export async function unmapDuringAllAsync() {
  const m = S.SharedMemory.anonymous({ size: 65536 }).map();
  const b = m.bytes;
  const x = Y.Mutex.create(b, 0),
    rw = Y.ReadWriteLock.create(b, 4096, { slots: 1 }),
    ba = Y.Barrier.create(b, 12288, { parties: 3 }),
    se = Y.Semaphore.createAt(b, 16384);
  const w = new Int32Array(b.buffer, 20480, 4);
  const g1 = x.lock();
  const g2 = rw.write();
  const ps = [];
  for (let i = 0; i < 500; i++) {
    ps.push(
      x.lockAsync(),
      rw.readAsync(),
      rw.writeAsync(),
      ba.waitAsync(),
      se.waitAsync(),
      Y.waitAsync(w, 0, 0),
    );
  }
  ps.forEach((p) => p.catch(() => {}));
  await new Promise((r) => setTimeout(r, 30));
  try {
    m.unmap();
  } catch (e) {
    console.log(String(e));
  }
  g1.unlock();
  g2.unlock();
  m.unmap();
  const o = await Promise.allSettled(ps);
  console.log(
    JSON.stringify([
      ...new Set(
        o.map((x) => x.status === "rejected" ? x.reason.name : typeof x.value),
      ),
    ]),
  );
  for (const q of o) {
    if (q.status === "fulfilled" && q.value?.unlock) {
      try {
        q.value.unlock();
      } catch {
        // That may be.
      }
    }
  }
}

/** 4000 waits are aborted, and their memory goes. */
export async function abortStorm() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const s = Y.Semaphore.createAt(m.bytes);
  const x = Y.Mutex.create(m.bytes, 64);
  const g = x.lock();
  const ac = new AbortController();
  const ps = [...Array(4000)].map((_, i) =>
    (i % 2
      ? s.waitAsync({ signal: ac.signal })
      : x.lockAsync({ signal: ac.signal })).catch((e) => e)
  );
  ac.signal.addEventListener("abort", () => {
    s.close();
    g.unlock();
    m.unmap();
  });
  await new Promise((r) => setTimeout(r, 20));
  ac.abort({
    get name() {
      throw 1;
    },
  });
  const o = await Promise.all(ps);
  console.log(o.length);
}
