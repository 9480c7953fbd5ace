// deno-lint-ignore-file no-console no-unused-vars require-await
/**
 * Layouts with hostile names, depths and values.
 * Each program is run by itself, with a time limit.
 *
 * @module
 */

import { L, S } from "../all.js";

/** Wrong values for all types of fields. */
export async function structHostile() {
  const {
    struct,
    u8,
    u32,
    f64,
    array,
    chars,
    bytes,
    atomic,
    i32,
    bitset,
    enumeration,
    field,
    safe,
    u64,
  } = L;
  const bads = [
    undefined,
    null,
    1,
    "x",
    {},
    [],
    () => 1,
    Symbol("x"),
    1n,
    new Proxy({}, {
      ownKeys() {
        throw new Error("m");
      },
    }),
  ];
  for (
    const f of [
      struct,
      array,
      chars,
      bytes,
      atomic,
      bitset,
      enumeration,
      field,
      safe,
    ]
  ) {
    for (const a of bads) {
      for (const b of [...bads, -1, 2 ** 31, NaN, Infinity, 2 ** 53]) {
        try {
          f(a, b);
        } catch (e) {
          const m = String(e?.message);
          if (!/^Cannot|^m$/.test(m)) {
            console.log("MSG", f.name, m.slice(0, 100));
          }
        }
      }
    }
  }
  const T1 = struct({
    a: u8,
    b: u32,
    c: f64,
    d: array(u32, 4),
    e: chars(8),
    f: atomic(i32),
    g: safe(u64),
  });
  const m = S.SharedMemory.anonymous({ size: 4096 }).map();
  const v = T1.at(m.bytes, 0);
  for (const k of ["a", "b", "c", "d", "e", "f", "g"]) {
    for (const x of [...bads, -0, NaN, 300, 1.5, -1]) {
      try {
        v[k] = x;
      } catch (e) {
        const t = String(e?.message);
        if (!/^Cannot|^m$/.test(t)) {
          console.log("MSG set", k, String(t).slice(0, 100));
        }
      }
    }
  }
  m.unmap();
  for (const k of ["a", "b", "d", "e", "f"]) {
    try {
      console.log(k, v[k]);
    } catch (e) {
      console.log(String(e).slice(0, 60));
    }
  }
}

/** Fields with names of methods. */
export async function structEvilFieldNames() {
  const { struct, u8 } = L;
  for (
    const k of [
      "__proto__",
      "constructor",
      "toString",
      "read",
      "write",
      "then",
      "hasOwnProperty",
      "valueOf",
      "",
      " ",
      "a b",
      "1",
      "size",
      "bytes",
    ]
  ) {
    try {
      const T1 = struct({ [k]: u8 });
      const b = new Uint8Array(8);
      const v = T1.at(b, 0);
      v[k] = 3;
      console.log(k, b[0]);
    } catch (e) {
      console.log(k, String(e).slice(0, 80));
    }
  }
  try {
    const T1 = struct(JSON.parse('{"__proto__":1}'));
  } catch (e) {
    console.log(String(e).slice(0, 80));
  }
}

/** Deep and wide layouts. */
export async function structDeep() {
  const { struct, u8, array } = L;
  let t = u8;
  try {
    for (let i = 0; i < 1000; i++) {
      t = array(t, 1);
    }
    t.read(new Uint8Array(8), 0);
  } catch (e) {
    console.log(String(e).slice(0, 60));
  }
  let s = u8;
  try {
    for (let i = 0; i < 200; i++) {
      s = struct({ a: s });
    }
    const b = new Uint8Array(8);
    console.log(s.size);
    s.read(b, 0);
    s.at(b, 0);
  } catch (e) {
    console.log(String(e).slice(0, 60));
  }
  try {
    const f = {};
    for (let i = 0; i < 3000; i++) {
      f["f" + i] = u8;
    }
    const T1 = struct(f);
    T1.read(new Uint8Array(3000), 0);
  } catch (e) {
    console.log(String(e).slice(0, 80));
  }
  try {
    array(u8, 2 ** 31 - 1).read(new Uint8Array(8), 0);
  } catch (e) {
    console.log(String(e).slice(0, 60));
  }
}
