// deno-lint-ignore-file no-unused-vars
/**
 * Every argument of sync/ with each hostile value.
 *
 * @module
 */

import { name, S, sweep, Y } from "../all.js";

/** All arguments of sync. */
export async function syncArguments() {
  const mem = S.SharedMemory.anonymous({ size: 65536 });
  const m = mem.map();
  const w = new Int32Array(m.bytes.buffer);
  let off = 0;
  const next = () => (off += 2048, off % 60000 & ~7);
  const A = Y;
  const short = { timeoutMs: 5 };
  await sweep("wait.view", (v) => A.wait(v, 0, 1, 1));
  await sweep("wait.index", (v) => A.wait(w, v, 1, 1));
  await sweep("wait.value", (v) => A.wait(w, 0, v, 1));
  await sweep("wait.opt", (v) => A.wait(w, 0, 1, v));
  await sweep("wait.tmo", (v) => A.wait(w, 0, 1, { timeoutMs: v }));
  await sweep("wait.sig", (v) => A.wait(w, 0, 1, { signal: v }));
  await sweep("waitAsync.view", (v) => A.waitAsync(v, 0, 1, 1));
  await sweep("waitAsync.index", (v) => A.waitAsync(w, v, 1, 1));
  await sweep("waitAsync.value", (v) => A.waitAsync(w, 0, v, 1));
  await sweep("waitAsync.opt", (v) => A.waitAsync(w, 0, 1, v));
  await sweep("waitAsync.sig", (v) => A.waitAsync(w, 0, 1, { signal: v }));
  await sweep("notify.view", (v) => A.notify(v, 0, 1));
  await sweep("notify.index", (v) => A.notify(w, v, 1));
  await sweep("notify.count", (v) => A.notify(w, 0, v));
  for (const k of ["Mutex", "ReadWriteLock", "Condition", "Barrier"]) {
    const extra = k === "Barrier" ? { parties: 2 } : {};
    await sweep(k + ".create.mem", (v) => A[k].create(v, 0, extra));
    await sweep(k + ".create.off", (v) => A[k].create(m.bytes, v, extra));
    await sweep(k + ".create.opt", (v) => A[k].create(m.bytes, next(), v));
    m.bytes.fill(0);
    await sweep(k + ".open.mem", (v) => A[k].open(v, 0));
    await sweep(k + ".open.off", (v) => A[k].open(m.bytes, v));
  }
  await sweep(
    "Mutex.recursive",
    (v) => A.Mutex.create(m.bytes, next(), { recursive: v }),
  );
  await sweep(
    "RW.slots",
    (v) => A.ReadWriteLock.create(m.bytes, 0, { slots: v }),
  );
  m.bytes.fill(0);
  await sweep("RW.byteLength", (v) => A.ReadWriteLock.byteLength(v));
  await sweep(
    "Barrier.parties",
    (v) => A.Barrier.create(m.bytes, next(), { parties: v }),
  );
  const mem2 = S.SharedMemory.anonymous({ size: 65536 });
  const m2 = mem2.map();
  const mu = Y.Mutex.create(m2.bytes, 0), g = mu.lock();
  const rw = Y.ReadWriteLock.create(m2.bytes, 4096);
  const gw = rw.write();
  const co = Y.Condition.create(m2.bytes, 8192);
  const ba = Y.Barrier.create(m2.bytes, 12288, { parties: 2 });
  const se = Y.Semaphore.createAt(m2.bytes, 16384);
  for (
    const [k, o, fs] of [
      ["mu", mu, ["lock", "lockAsync"]],
      ["rw", rw, ["read", "write", "readAsync", "writeAsync"]],
      ["ba", ba, ["wait", "waitAsync"]],
      ["se", se, ["wait", "waitAsync"]],
    ]
  ) {
    for (const f of fs) {
      const isA = f.endsWith("Async");
      const block = !isA && k !== "mu" && k !== "rw";
      await sweep(
        `${k}.${f}.opt`,
        (v) => o[f](v),
        (l) =>
          ![
            "undefined",
            "{}",
            "[]",
            "fn",
            "valueOf",
            "nullproto",
            "proxy",
            "date",
            "map",
            "promise",
            "Number",
            "u8",
            "dataview",
            "detached",
            "resizable",
            "sab",
            "symbolx",
          ].includes(l),
      );
      await sweep(
        `${k}.${f}.tmo`,
        (v) => o[f]({ timeoutMs: v }),
        (l) =>
          !["undefined", "2^31", "2^32", "2^53", "Inf", "1e300"].includes(l),
      );
      await sweep(`${k}.${f}.sig`, (v) => o[f]({ timeoutMs: 5, signal: v }));
    }
  }
  for (const f of ["wait", "waitAsync"]) {
    await sweep("co." + f + ".guard", (v) => co[f](v, short));
    await sweep(
      "co." + f + ".opt",
      (v) => co[f](g, v),
      (l) =>
        [
          "null",
          "true",
          "NaN",
          "-1",
          "1n",
          "symbol",
          "''",
          "frozen",
          "throws",
          "revoked",
          "throwproxy",
        ].includes(l),
    );
  }
  await sweep("co.notify", (v) => co.notify(v));
  await sweep("co.notifyAll", (v) => co.notifyAll(v));
  await sweep("Sem.create.name", (v) => {
    const s = A.Semaphore.create(v);
    s.unlink();
    return s;
  });
  await sweep("Sem.open", (v) => A.Semaphore.open(v));
  await sweep("Sem.unlinkName", (v) => A.Semaphore.unlinkName(v));
  for (const o of ["value", "mode", "ifExists"]) {
    await sweep("Sem.create." + o, (v) => {
      const s = A.Semaphore.create(name(), { [o]: v });
      s.unlink();
      return s;
    });
  }
  await sweep("Sem.create.opt", (v) => {
    const s = A.Semaphore.create(name(), v);
    s.unlink();
    return s;
  });
  await sweep("Sem.createAt.mem", (v) => A.Semaphore.createAt(v));
  await sweep("Sem.createAt.off", (v) => A.Semaphore.createAt(m.bytes, v));
  await sweep(
    "Sem.createAt.value",
    (v) => A.Semaphore.createAt(m2.bytes, 20000, { value: v }),
  );
  await sweep("Sem.openAt", (v) => A.Semaphore.openAt(m.bytes, v));
  await sweep("Once.run.mem", (v) => A.Once.run(v, 0, () => {}));
  await sweep(
    "Once.run.off",
    (v) => A.Once.run(m2.bytes, v, () => {}),
    (l) => !["undefined"].includes(l),
  );
  await sweep("Once.run.fn", (v) => A.Once.run(m2.bytes, 24576, v));
  await sweep("Once.opt", (v) => A.Once.run(m2.bytes, 32768, () => {}, v));
  await sweep("Once.isDone", (v) => A.Once.isDone(v, 0));
  await sweep("Once.isDone.off", (v) => A.Once.isDone(m2.bytes, v));
  const set = Y.SemaphoreSet.create({ values: [0, 0, 0] });
  for (const o of ["count", "key", "mode", "values", "ifExists", "initial"]) {
    await sweep("Set.create." + o, (v) => {
      const s = A.SemaphoreSet.create({ values: [1, 2], [o]: v });
      s.remove();
      return s;
    });
  }
  await sweep("Set.create.opt", (v) => {
    const s = A.SemaphoreSet.create(v);
    s.remove();
    return s;
  });
  await sweep("Set.open", (v) => A.SemaphoreSet.open(v));
  await sweep("Set.openId", (v) => A.SemaphoreSet.openId?.(v));
  for (const k of Object.getOwnPropertyNames(Object.getPrototypeOf(set))) {
    const d = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(set), k);
    if (
      typeof d.value !== "function" ||
      ["constructor", "remove", "close"].includes(k)
    ) {
      continue;
    }
    await sweep("set." + k + ".0", (v) => set[k](v), (l) => true);
    await sweep("set." + k + ".1", (v) => set[k](0, v));
  }
  for (const o of ["index", "delta", "undo", "noWait"]) {
    await sweep(
      "set.op." + o,
      (v) => set.operate([{ index: 0, delta: 1, [o]: v }], { timeoutMs: 1 }),
    );
    await sweep(
      "set.opA." + o,
      (v) =>
        set.operateAsync([{ index: 0, delta: 1, [o]: v }], { timeoutMs: 1 }),
    );
  }
  set.remove();
  gw.unlock();
  g.unlock();
}
