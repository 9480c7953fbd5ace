// deno-lint-ignore-file no-unused-vars
/**
 * Every argument of channel/ with each hostile value.
 *
 * @module
 */

import { C, name, P, S, sweep } from "../all.js";

/** All arguments of channel. */
export async function channelArguments() {
  const A = C;
  const B = new Uint8Array(4);
  const rm = (h) => {
    try {
      h.unlink?.();
    } finally {
      h.close?.();
    }
  };
  for (const k of ["Receiver", "Sender", "Publisher"]) {
    for (
      const o of [
        "capacity",
        "maxMessageLength",
        "mode",
        "ifExists",
        "ifStale",
        "label",
        "producers",
        "keepOpen",
        "onSenderDeath",
        "claimTimeoutMs",
      ]
    ) {
      await sweep(
        k + ".create." + o,
        (v) => rm(A[k].create(name(), { capacity: 1024, [o]: v })),
        (l) => !["2^31", "2^32"].includes(l),
      );
    }
    await sweep(k + ".create.opt", (v) => rm(A[k].create(name(), v)));
    await sweep(k + ".create.place", (v) => rm(A[k].create(v)));
    await sweep(k + ".path", (v) => rm(A[k].create({ path: v })));
    await sweep(k + ".open", (v) => A[k].open(v));
    await sweep(k + ".unlinkName", (v) => A[k].unlinkName(v));
    await sweep(k + ".waitFor", (v) => A[k].waitFor?.(v, { timeoutMs: 5 }));
    await sweep(
      k + ".waitFor.opt",
      (v) => A[k].waitFor?.("/att-none", v),
      (l) =>
        ["null", "true", "1n", "symbol", "frozen", "throws", "revoked"]
          .includes(l),
    );
  }
  const n = name();
  const r = C.Receiver.create(n, { capacity: 1024 });
  const s = C.Sender.open(n);
  const dr = () => {
    while (r.tryReceive());
  };
  for (const f of ["trySend", "send"]) {
    await sweep(f, (v) => {
      dr();
      return s[f](v);
    });
    await sweep(f + ".opt", (v) => {
      dr();
      return s[f](B, v);
    });
    for (const o of ["typeId", "timeoutMs", "signal"]) {
      await sweep(f + "." + o, (v) => {
        dr();
        return s[f](B, { [o]: v });
      });
    }
  }
  dr();
  await sweep(
    "receive.opt",
    (v) => r.receive(v),
    (l) =>
      ["null", "true", "1n", "symbol", "frozen", "throws", "revoked"].includes(
        l,
      ),
  );
  for (const o of ["timeoutMs", "signal"]) {
    await sweep(
      "receive." + o,
      (v) => r.receive({ timeoutMs: 5, [o]: v }),
      (l) => !["Inf", "undefined", "2^31", "2^32", "2^53", "1e300"].includes(l),
    );
  }
  await sweep("batches", (v) => {
    const b = r.batches(v);
  });
  for (const o of ["limit"]) {
    await sweep("batches." + o, (v) => {
      r.batches({ [o]: v });
    });
  }
  rm(r);
  s.close();
  const n2 = name();
  const p = C.Publisher.create(n2);
  for (const o of ["typeId"]) {
    await sweep("publish." + o, (v) => p.publish(B, { [o]: v }));
  }
  await sweep("publish", (v) => p.publish(v));
  await sweep("publish.opt", (v) => p.publish(B, v));
  await sweep("Subscriber.open", (v) => A.Subscriber.open(v));
  await sweep("Subscriber.access", (v) => A.Subscriber.open(n2, { access: v }));
  rm(p);
  const m = S.SharedMemory.anonymous({ size: 8192 }).map();
  for (const k of ["OneToOneRingBuffer", "ManyToOneRingBuffer"]) {
    await sweep(k, (v) => new A[k](v));
    await sweep(
      k + ".opt",
      (v) => new A[k](m.bytes.subarray(0, 4096 + 768), v),
    );
    const rb = new A[k](m.bytes.subarray(0, 4096 + 768));
    for (
      const [f, args] of [
        ["write", [1, B, 0, 4]],
        ["writeBatch", [1, [B], 0]],
        ["writeSlices", [1, B, 2, 0]],
        ["tryClaim", [1, 8]],
        ["commit", [8]],
        ["abort", [8]],
        ["read", [() => {}, 1]],
        ["controlledRead", [() => {}, 1]],
      ]
    ) {
      for (let i = 0; i < args.length; i++) {
        await sweep(`${k}.${f}.${i}`, (v) => {
          const a = [...args];
          a[i] = v;
          rb.read(() => {});
          const q = rb[f](...a);
          if (f === "tryClaim" && q > 0) {
            rb.abort(q);
          }
        });
      }
    }
  }
  m.bytes.fill(0);
  await sweep("BT", (v) => new A.BroadcastTransmitter(v));
  await sweep("BR", (v) => new A.BroadcastReceiver(v));
  const bt = new A.BroadcastTransmitter(m.bytes.subarray(0, 4096 + 128));
  for (let i = 0; i < 4; i++) {
    await sweep("transmit" + i, (v) => {
      const a = [1, B, 0, 4];
      a[i] = v;
      bt.transmit(...a);
    });
  }
  const br = new A.BroadcastReceiver(m.bytes.subarray(0, 4096 + 128));
  await sweep("CBR.0", (v) => new A.CopyBroadcastReceiver(v, 10));
  await sweep("CBR.1", (v) => new A.CopyBroadcastReceiver(br, v));
  const cb = new A.CopyBroadcastReceiver(br, 4096);
  await sweep("CBR.receive", (v) => cb.receive(v));
  const R = P;
  for (const o of ["codec", "maxMessageLength", "capacity", "mode", "label"]) {
    await sweep("Server." + o, async (v) => {
      const n = name();
      const s = R.Server.listen(n, () => 1, { [o]: v });
      await s.close();
    }, (l) => !["2^31", "2^32"].includes(l));
  }
  await sweep("Server.place", async (v) => {
    const s = R.Server.listen(v, () => 1);
    await s.close();
  });
  await sweep("Server.handler", async (v) => {
    const s = R.Server.listen(name(), v);
    await s.close();
  });
  await sweep("Server.opt", async (v) => {
    const s = R.Server.listen(name(), () => 1, v);
    await s.close();
  });
  const sn = name();
  const srv = P.Server.listen(sn, (x) => x);
  await sweep("Client.place", (v) => R.Client.connect(v, { timeoutMs: 20 }));
  for (const o of ["codec", "timeoutMs", "signal", "capacity"]) {
    await sweep("Client." + o, async (v) => {
      const c = await R.Client.connect(sn, { timeoutMs: 200, [o]: v });
      await c.close();
    }, (l) => !["2^31", "2^32"].includes(l));
  }
  const cl = await P.Client.connect(sn);
  await sweep("call", (v) => cl.call(v));
  for (const o of ["timeoutMs", "signal"]) {
    await sweep("call." + o, (v) => cl.call(1, { [o]: v }));
  }
  await sweep("call.opt", (v) => cl.call(1, v));
  await sweep("stream", async (v) => {
    for await (const _ of cl.stream(v));
  });
  await cl.close();
  await srv.close();
}
