// deno-lint-ignore-file no-console require-await
/**
 * Channels and calls that are closed in the middle.
 * Each program is run by itself, with a time limit.
 *
 * @module
 */

import { C, name, P, Q, S, T, Y } from "../all.js";

/** A loop closes its receiver. */
export async function receiverCloseInLoop() {
  const n = name();
  const r = C.Receiver.create(n, { capacity: 4096 });
  const s = C.Sender.open(n);
  for (let i = 0; i < 50; i++) {
    s.trySend(new Uint8Array(16));
  }
  r.unlink();
  let k = 0;
  try {
    for await (const m of r) {
      if (k++ === 3) {
        r.close();
        m.bytes[0] = 1;
      }
    }
  } catch (e) {
    console.log(String(e));
  }
  try {
    for await (const batch of r.batches()) batch.at(0);
  } catch (e) {
    console.log(String(e));
  }
  s.close();
}

/** A sender closes under 3000 sends. */
export async function senderCloseWhilePending() {
  const n = name();
  const s = C.Sender.create(n, { capacity: 1024 });
  s.unlink();
  while (s.trySend(new Uint8Array(64)));
  const ps = [...Array(3000)].map(() =>
    s.send(new Uint8Array(64)).catch((e) => e.name)
  );
  setTimeout(() => s.close(), 50);
  const o = await Promise.all(ps);
  console.log(new Set(o));
}

/** Handlers fail in odd ways under 2000 calls. */
export async function rpcHostile() {
  const n = name();
  const srv = P.Server.listen(n, (x) => {
    if (x === 1) {
      throw null;
    }
    if (x === 2) {
      return new Proxy({}, {
        get() {
          throw 1;
        },
      });
    }
    if (x === 3) {
      return srv.close().then(() => 7);
    }
    if (x === 4) {
      throw {
        get message() {
          throw new Error("deep");
        },
      };
    }
    return x;
  });
  const c = await P.Client.connect(n, { timeoutMs: 2000 });
  for (
    const v of [
      1,
      2,
      4,
      5,
      {
        toJSON() {
          throw new Error("j");
        },
      },
      undefined,
      NaN,
      "x".repeat(1e5),
    ]
  ) {
    console.log(
      String(await c.call(v, { timeoutMs: 500 }).catch((e) => e?.name)).slice(
        0,
        30,
      ),
    );
  }
  const many = [...Array(2000)].map((_, i) =>
    c.call(i + 10, { timeoutMs: 3000 }).catch((e) => e.name)
  );
  await Promise.all(many);
  console.log(await c.call(3, { timeoutMs: 1000 }).catch((e) => e.name));
  await c.close();
  await srv.close();
}

/** A handler that never answers, and a client that closes. */
export async function rpcHandlerHangsClose() {
  const n = name();
  const srv = P.Server.listen(n, () => new Promise(() => {}));
  const c = await P.Client.connect(n, { timeoutMs: 2000 });
  const p = c.call(1).catch((e) => e.name);
  await new Promise((r) => setTimeout(r, 50));
  console.log(
    await Promise.race([
      c.close().then(() => "closed"),
      new Promise((r) => setTimeout(() => r("hang"), 3000)),
    ]),
  );
  console.log(
    await Promise.race([
      p,
      new Promise((r) => setTimeout(() => r("pending"), 500)),
    ]),
  );
  console.log(
    await Promise.race([
      srv.close().then(() => "closed"),
      new Promise((r) => setTimeout(() => r("hang"), 3000)),
    ]),
  );
}

/** No descriptor is left. */
export async function nofile() {
  const n = name();
  const hold = [];
  try {
    for (;;) {
      hold.push(Deno.openSync("/dev/null"));
    }
  } catch {
    // That may be.
  }
  hold.pop().close();
  for (
    const f of [
      () => C.Receiver.create(n),
      () => Y.Semaphore.create(name()),
      () => T.Latest.create(name(), { byteLength: 8 }),
      () =>
        Q.MessageQueue.create(name(), { maxMessages: 1, maxMessageLength: 8 }),
      () => P.Server.listen(name(), () => 1),
      () => S.SharedMemory.create(name(), { size: 1 }),
    ]
  ) {
    try {
      const h = f();
      try {
        h.unlink?.();
      } catch {
        // That may be.
      }
      h.close?.();
      console.log("ok");
    } catch (e) {
      console.log(e.code, String(e).slice(0, 110));
    }
  }
}
