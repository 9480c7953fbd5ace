// deno-lint-ignore-file no-unused-vars
/**
 * Every argument of queue/ with each hostile value.
 *
 * @module
 */

import { name, Q, sweep } from "../all.js";

/** All arguments of queue. */
export async function queueArguments() {
  const A = Q;
  const B = new Uint8Array(4);
  const nm = name();
  const q = Q.MessageQueue.create(nm, { maxMessages: 4, maxMessageLength: 16 });
  const mk = (o) => {
    const n = name();
    const q = A.MessageQueue.create(n, o);
    q.unlink();
    return q;
  };
  await sweep("mq.create.name", (v) => {
    const q = A.MessageQueue.create(v);
    q.unlink();
    return q;
  });
  await sweep("mq.create.opt", mk);
  for (const o of ["maxMessages", "maxMessageLength", "mode", "ifExists"]) {
    await sweep("mq.create." + o, (v) => mk({ [o]: v }));
  }
  await sweep("mq.open", (v) => A.MessageQueue.open(v));
  await sweep("mq.open.opt", (v) => A.MessageQueue.open(nm, v));
  await sweep("mq.open.access", (v) => A.MessageQueue.open(nm, { access: v }));
  await sweep("mq.unlinkName", (v) => A.MessageQueue.unlinkName(v));
  const drain = () => {
    while (q.tryReceive());
  };
  for (const f of ["send", "trySend", "sendAsync"]) {
    await sweep("mq." + f, (v) => {
      drain();
      return q[f](v);
    });
    await sweep("mq." + f + ".opt", (v) => {
      drain();
      return q[f](B, v);
    });
    for (const o of ["priority", "timeoutMs", "signal"]) {
      await sweep("mq." + f + "." + o, (v) => {
        drain();
        return q[f](B, { [o]: v });
      });
    }
  }
  const fill = () => {
    drain();
    q.send(B);
  };
  for (const f of ["receive", "tryReceive", "receiveAsync"]) {
    await sweep("mq." + f + ".opt", (v) => {
      fill();
      return q[f](v);
    });
    for (const o of ["timeoutMs", "signal"]) {
      await sweep("mq." + f + "." + o, (v) => {
        fill();
        return q[f]({ [o]: v });
      });
    }
  }
  q.unlink();
  q.close();
  const s = Q.SystemMessageQueue.create();
  const sd = () => {
    while (s.tryReceive());
  };
  const sf = () => {
    sd();
    s.send(B);
  };
  for (const o of ["key", "mode", "ifExists"]) {
    await sweep("sq.create." + o, (v) => {
      const q = A.SystemMessageQueue.create({ [o]: v });
      q.remove();
    });
  }
  await sweep("sq.create", (v) => {
    const q = A.SystemMessageQueue.create(v);
    q.remove();
  });
  for (const o of ["key", "id"]) {
    await sweep("sq.open." + o, (v) => A.SystemMessageQueue.open({ [o]: v }));
  }
  await sweep("sq.open", (v) => A.SystemMessageQueue.open(v));
  for (const f of ["send", "trySend", "sendAsync"]) {
    await sweep("sq." + f, (v) => {
      sd();
      return s[f](v);
    });
    await sweep("sq." + f + ".opt", (v) => {
      sd();
      return s[f](B, v);
    });
    for (const o of ["type", "timeoutMs", "signal"]) {
      await sweep("sq." + f + "." + o, (v) => {
        sd();
        return s[f](B, { [o]: v });
      });
    }
  }
  for (const f of ["receive", "tryReceive", "receiveAsync"]) {
    await sweep("sq." + f + ".opt", (v) => {
      sf();
      return s[f](v);
    });
    for (
      const o of [
        "type",
        "except",
        "truncate",
        "maxLength",
        "timeoutMs",
        "signal",
      ]
    ) {
      await sweep("sq." + f + "." + o, (v) => {
        sf();
        return s[f]({ timeoutMs: f === "tryReceive" ? undefined : 5, [o]: v });
      }, (l) => !(o === "timeoutMs" && l === "Inf"));
    }
  }
  await sweep("sq.set", (v) => s.set(v));
  for (const o of ["uid", "gid", "mode", "maxBytes"]) {
    await sweep("sq.set." + o, (v) => s.set({ uid: 0, [o]: v }));
  }
  s.set({ uid: 0, gid: 0, mode: 0o600, maxBytes: 16384 });
  for (let i = 0; i < 5; i++) {
    await sweep("msgget" + i, (v) => {
      const a = [0, 0];
      a[i] = v;
      // Each call with the key 0 makes a queue, whatever follows its arguments.
      A.msgctl(A.msgget(...a), Q.IPC_RMID);
    });
    await sweep("msgsnd" + i, (v) => {
      const a = [s.id, 1, B, Q.IPC_NOWAIT];
      a[i] = v;
      sd();
      A.msgsnd(...a);
    });
    await sweep("msgrcv" + i, (v) => {
      const a = [s.id, 10, 0, Q.IPC_NOWAIT];
      a[i] = v;
      sf();
      A.msgrcv(...a);
    }, (l) => i !== 3 || true);
    await sweep("msgctl" + i, (v) => {
      const a = [s.id, Q.IPC_STAT, undefined];
      a[i] = v;
      if (
        i === 1 &&
        (v === null || Number(String(typeof v === "number" ? v : 1)) === 0)
      ) {
        return;
      }
      A.msgctl(...a);
    });
    await sweep("msgctlset" + i, (v) => {
      const a = [s.id, Q.IPC_SET, {}];
      if (i === 1) {
        return;
      }
      a[i] = v;
      A.msgctl(...a);
    });
    await sweep("ftok" + i, (v) => {
      const a = ["/tmp", 1];
      a[i] = v;
      A.ftok(...a);
    });
  }
  s.remove();
  const d = Deno.makeTempDirSync();
  let k = 0;
  await sweep("np.create", (v) => A.NamedPipe.create(v).unlink());
  await sweep("np.open", (v) => A.NamedPipe.open(v));
  for (const o of ["mode", "ifExists"]) {
    await sweep(
      "np.create." + o,
      (v) => A.NamedPipe.create(d + "/" + k++, { [o]: v }).unlink(),
    );
  }
  await sweep(
    "np.create.opt",
    (v) => A.NamedPipe.create(d + "/" + k++, v).unlink(),
  );
  const np = Q.NamedPipe.create(d + "/p");
  for (const o of ["timeoutMs", "signal"]) {
    await sweep(
      "np.openWritable." + o,
      (v) => np.openWritable({ timeoutMs: 1, [o]: v }),
      (l) => l !== "Inf",
    );
  }
  await sweep(
    "np.openWritable",
    (v) => np.openWritable(v),
    (l) =>
      [
        "null",
        "true",
        "NaN",
        "1n",
        "symbol",
        "''",
        "throws",
        "revoked",
        "throwproxy",
        "frozen",
      ].includes(l),
  );
  Deno.removeSync(d, { recursive: true });
}
