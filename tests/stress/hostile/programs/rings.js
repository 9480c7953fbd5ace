// deno-lint-ignore-file no-console no-unused-vars require-await
/**
 * Rings that are misused by what they call.
 * Each program is run by itself, with a time limit.
 *
 * @module
 */

import { C, S } from "../all.js";

/** A handler unmaps the ring. */
export async function ringHandlerUnmaps() {
  for (const K of [C.OneToOneRingBuffer, C.ManyToOneRingBuffer]) {
    const me = S.SharedMemory.anonymous({ size: 8192 });
    const m = me.map();
    const rb = new K(m.bytes.subarray(0, 4096 + 768));
    for (let i = 0; i < 5; i++) {
      rb.write(1, new Uint8Array(16), 0, 16);
    }
    try {
      console.log(rb.read(() => {
        m.unmap();
      }));
    } catch (e) {
      console.log(String(e));
    }
    for (
      const f of [
        "write",
        "tryClaim",
        "commit",
        "abort",
        "unblock",
        "nextCorrelationId",
        "read",
        "controlledRead",
        "writeBatch",
        "writeSlices",
      ]
    ) {
      try {
        rb[f](
          f.includes("ead")
            ? () => {}
            : f === "write" || f.startsWith("writ")
            ? 1
            : 8,
          f === "writeBatch"
            ? [new Uint8Array(4)]
            : f.startsWith("wr")
            ? new Uint8Array(4)
            : 8,
          4,
        );
      } catch { /* that may be */ }
    }
    for (
      const p of [
        "size",
        "producerPosition",
        "consumerPosition",
        "consumerHeartbeatTime",
      ]
    ) {
      try {
        rb[p];
      } catch {
        // That may be.
      }
    }
  }
}

/** A handler transfers the memory away. */
export async function ringHandlerTransfers() {
  const me = S.SharedMemory.anonymous({ size: 8192 });
  const m = me.map();
  const rb = new C.ManyToOneRingBuffer(m.bytes.subarray(0, 4096 + 768));
  for (let i = 0; i < 5; i++) {
    rb.write(1, new Uint8Array(16), 0, 16);
  }
  let t;
  try {
    rb.read((_, b) => {
      t ??= structuredClone(m.bytes.buffer, { transfer: [m.bytes.buffer] });
    });
  } catch (e) {
    console.log(String(e));
  }
  try {
    rb.write(1, new Uint8Array(4), 0, 4);
  } catch (e) {
    console.log(String(e));
  }
  try {
    m.unmap();
  } catch (e) {
    console.log(String(e));
  }
}

/** A handler reads the same ring. */
export async function ringRecursiveRead() {
  const m = S.SharedMemory.anonymous({ size: 8192 }).map();
  const rb = new C.OneToOneRingBuffer(m.bytes.subarray(0, 4096 + 768));
  for (let i = 0; i < 20; i++) {
    rb.write(1, new Uint8Array(16), 0, 16);
  }
  let d = 0;
  try {
    rb.read(() => {
      if (d++ < 100) {
        rb.read(() => {});
      }
    });
  } catch (e) {
    console.log(String(e));
  }
  const deep = () => {
    rb.write(1, new Uint8Array(16), 0, 16);
    rb.read(deep);
  };
  try {
    deep();
  } catch (e) {
    console.log(String(e).slice(0, 80));
  }
}

/** A handler answers with anything. */
export async function controlledBadAction() {
  const m = S.SharedMemory.anonymous({ size: 8192 }).map();
  const rb = new C.OneToOneRingBuffer(m.bytes.subarray(0, 4096 + 768));
  for (let i = 0; i < 20; i++) {
    rb.write(1, new Uint8Array(16), 0, 16);
  }
  for (
    const a of [null, 1, 1n, "x", {}, Symbol("a"), NaN, {
      toString() {
        m.unmap();
        return "abort";
      },
    }]
  ) {
    try {
      console.log(rb.controlledRead(() => a, 1));
    } catch (e) {
      console.log(String(e).slice(0, 90));
    }
  }
}
