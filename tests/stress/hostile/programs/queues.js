// deno-lint-ignore-file no-console require-await
/**
 * Queues and pipes that are closed in the middle, and signals.
 * Each program is run by itself, with a time limit.
 *
 * @module
 */

import { name, Q, S, Y } from "../all.js";

/** A message is transferred away while it waits. */
export async function detachInSend() {
  const n = name();
  const q = Q.MessageQueue.create(n, { maxMessages: 1, maxMessageLength: 16 });
  q.unlink();
  q.send(new Uint8Array(4));
  const b = new Uint8Array(8);
  const p = q.sendAsync(b, { timeoutMs: 200 });
  structuredClone(b.buffer, { transfer: [b.buffer] });
  setTimeout(() => q.receive(), 50);
  console.log(await p, q.receive({ timeoutMs: 10 })?.bytes.length);
  const o = {
    get timeoutMs() {
      q.close();
      return 5;
    },
  };
  try {
    q.send(new Uint8Array(2), o);
  } catch (e) {
    console.log(String(e));
  }
}

/** A getter closes the queue. */
export async function closeInGetterMq() {
  for (const [f, o] of [["send", 1], ["trySend", 1], ["receive", 0]]) {
    const n = name();
    const q = Q.MessageQueue.create(n, {
      maxMessages: 1,
      maxMessageLength: 16,
    });
    q.unlink();
    let fd;
    const opt = {
      get timeoutMs() {
        q.close();
        fd = Deno.openSync("/dev/null", { read: true, write: true });
        return 1;
      },
      get priority() {
        q.close();
        return 1;
      },
    };
    delete opt[
      f === "trySend" ? "timeoutMs" : f === "receive" ? "priority" : "x"
    ];
    try {
      console.log(f, o ? q[f](new Uint8Array(1), opt) : q[f](opt));
    } catch (e) {
      console.log(String(e));
    }
    fd?.close?.();
  }
}

/** Wrong chunks for a pipe. */
export async function pipeAbuse() {
  const d = Deno.makeTempDirSync();
  const p = Q.NamedPipe.create(d + "/p");
  const r = p.openReadable();
  const w = await p.openWritable();
  const wr = w.getWriter();
  for (
    const v of [
      undefined,
      null,
      "x",
      1n,
      new Float64Array(2),
      new DataView(new ArrayBuffer(2)),
    ]
  ) {
    await wr.write(v).catch((e) => console.log(String(e).slice(0, 80)));
  }
  const r2 = p.openReadable();
  r2.cancel();
  p.unlink();
  await r.cancel();
  Deno.removeSync(d, { recursive: true });
}

/** Signals all the time. */
export async function sigs() {
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  Deno.addSignalListener("SIGUSR1", () => {});
  const w = new Int32Array(m.bytes.buffer);
  const k = new Worker(
    URL.createObjectURL(
      new Blob([
        "for(;;){ try{Deno.kill(" + Deno.pid +
        ",'SIGUSR1')}catch{} Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,1) }",
      ]),
    ),
    { type: "module" },
  );
  const s = Y.Semaphore.createAt(m.bytes, 64);
  const q = Q.SystemMessageQueue.create();
  const n = name();
  const mq = Q.MessageQueue.create(n, { maxMessages: 1, maxMessageLength: 8 });
  mq.unlink();
  const t = performance.now();
  Y.wait(w, 0, 0, 300);
  s.wait({ timeoutMs: 300 });
  q.receive({ timeoutMs: 200 });
  mq.receive({ timeoutMs: 200 });
  const set = Y.SemaphoreSet.create({ values: [0] });
  set.operate([{ index: 0, delta: -1 }], { timeoutMs: 200 });
  set.remove();
  q.remove();
  console.log(performance.now() - t > 1000);
  k.terminate();
}
