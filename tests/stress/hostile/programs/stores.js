// deno-lint-ignore-file no-console require-await
/**
 * Stores whose bytes change.
 * Each program is run by itself, with a time limit.
 *
 * @module
 */

import { name, S, T } from "../all.js";

/** A view outlives its value. */
export async function latestViewHostile() {
  const l = T.Latest.create(name(), { byteLength: 64 });
  l.write(new Uint8Array(64));
  let keep;
  try {
    l.view((b) => {
      keep = b;
      l.close();
    });
  } catch (e) {
    console.log(String(e));
  }
  l.close();
  try {
    console.log(keep.at?.(0), keep.byteLength);
  } catch (e) {
    console.log(String(e));
  }
  const l2 = T.Latest.create(name(), { byteLength: 64 });
  const c = l2.claim();
  c.fill(1);
  l2.close();
  try {
    c[0] = 1;
    console.log(c.length);
  } catch (e) {
    console.log(String(e));
  }
  try {
    S.SharedMemory.unlinkName(l.name);
  } catch {
    // That may be.
  }
  try {
    S.SharedMemory.unlinkName(l2.name);
  } catch {
    // That may be.
  }
}

/** A latest value is overwritten. */
export async function latestGarbage() {
  const n = name();
  const l = T.Latest.create(n, { byteLength: 64 });
  const o = T.Latest.open(n);
  const m = S.SharedMemory.open(n).map();
  l.unlink();
  for (let i = 0; i < 3000; i++) {
    crypto.getRandomValues(m.bytes.subarray(0, Math.min(4096, m.bytes.length)));
    for (
      const f of [
        () => l.write(new Uint8Array(64)),
        () => o.read(),
        () => o.readInto(new Uint8Array(10)),
        () => o.view((b) => b.at(0)),
        () => l.hasWriter,
        () => {
          l.claim();
          l.commit(3);
        },
      ]
    ) {
      try {
        f();
      } catch {
        // That may be.
      }
    }
  }
  const p = o.next({ timeoutMs: 50 }).catch((e) => e.name);
  console.log(await p);
}

/** A map is overwritten. */
export async function mapGarbage() {
  const n = name();
  const l = T.SharedMap.create(n, { budget: 65536 });
  const m = S.SharedMemory.open(n).map();
  l.unlink();
  for (let i = 0; i < 40; i++) {
    l.set("k" + i, new Uint8Array(30));
  }
  const t = performance.now();
  for (let i = 0; i < 400 && performance.now() - t < 8000; i++) {
    if (i % 2) {
      crypto.getRandomValues(m.bytes.subarray(0, 4096));
    } else {
      crypto.getRandomValues(
        m.bytes.subarray((Math.random() * (m.bytes.length - 4096)) | 0)
          .subarray(0, 64),
      );
    }
    for (
      const f of [
        () => l.get("k1"),
        () => l.set("k" + i, new Uint8Array(20)),
        () => l.delete("k3"),
        () => l.has("k2"),
        () => [...(l.keys?.() ?? [])].length,
        () => l.update?.("k1", (x) => x),
        () => l.usage,
        () => l.clear?.(),
      ]
    ) {
      try {
        f();
      } catch {
        // That may be.
      }
    }
  }
}

/** A work queue is overwritten. */
export async function wqGarbage() {
  const n = name();
  const l = T.WorkQueue.create(n, { jobs: 16, byteLength: 4096 });
  const m = S.SharedMemory.open(n).map();
  l.unlink();
  const t = performance.now();
  for (let i = 0; i < 400 && performance.now() - t < 8000; i++) {
    crypto.getRandomValues(
      m.bytes.subarray((i % 2) * (Math.random() * (m.bytes.length - 2000)) | 0)
        .subarray(0, 1000),
    );
    for (
      const f of [
        () => l.tryPut?.(new Uint8Array(20)),
        () => l.tryTake?.()?.done(),
        () => l.tryTake?.()?.retry(),
        () => l.status?.(),
      ]
    ) {
      try {
        f();
      } catch {
        // That may be.
      }
    }
    const p = l.take?.({ timeoutMs: 1 });
    await p?.catch(() => {});
    const q = l.put?.(new Uint8Array(3), { timeoutMs: 1 });
    await q?.catch?.(() => {});
  }
}
