/**
 * The other side of tests of `SharedMap`, in Deno. A value has its key's number in
 * every 32-bit word, behind a first one that is free.
 *
 *     churn NAME COUNT SEED       sets, reads, deletes; says how many reads hit, or
 *         stops with an error when a value is torn
 *     forever NAME SEED           the same without an end; says "churning"
 *     count NAME KEY COUNT        adds 1 to a number by update()
 *
 * @module
 */

// deno-lint-ignore-file no-console -- what it prints is what it answers

import { SharedMap } from "../../../../store/mod.ts";

const [mode = "", name = "", ...rest] = Deno.args;
using map = await SharedMap.waitFor(name);

function valueOf(key: number, words: number): Uint8Array {
  return new Uint8Array(new Int32Array(words).fill(key).buffer);
}

function churn(count: number, seed: number): number {
  let state = seed;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const key = (state >>> 8) % 500;
    const act = (state >>> 20) % 10;
    if (act < 3) map.set(`k${key}`, valueOf(key, (state >>> 24) % 100));
    else if (act === 3) map.delete(`k${key}`);
    else {
      const value = map.get(`k${key}`);
      if (value === undefined) continue;
      hits++;
      for (const word of new Int32Array(value.buffer)) {
        if (word !== key) throw new Error(`torn: ${key} has ${word}`);
      }
    }
  }
  return hits;
}

if (mode === "churn") {
  const [count = 0, seed = 0] = rest.map(Number);
  console.log(`hits ${churn(count, seed)}`);
} else if (mode === "forever") {
  console.log("churning");
  for (;;) churn(1000, Number(rest[0]));
} else {
  const [key = "", count = ""] = rest;
  for (let i = 0; i < Number(count); i++) {
    map.update(key, (old) => {
      const word = old === undefined
        ? 0
        : new DataView(old.buffer).getUint32(0);
      const next = new Uint8Array(4);
      new DataView(next.buffer).setUint32(0, word + 1);
      return next;
    });
  }
}
