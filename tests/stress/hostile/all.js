/**
 * What hostile programs use: the library, names that the test finds again, and
 * hostile values.
 *
 * @module
 */

export * as S from "../../../mod.ts";
export * as Y from "../../../sync/mod.ts";
export * as C from "../../../channel/mod.ts";
export * as T from "../../../store/mod.ts";
export * as P from "../../../rpc/mod.ts";
export * as Q from "../../../queue/mod.ts";
export * as L from "../../../struct/mod.ts";

let count = 0;

/** Another name each time, with the number of this process in it. */
export function name() {
  return `/shmem-test-hostile-${Deno.pid}-${count++}`;
}

function detached() {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
}

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const fail = () => {
  throw new Error("mine");
};

/** Values that no argument is, or only some are, by name. */
function values() {
  return [
    ["undefined", undefined],
    ["null", null],
    ["true", true],
    ["NaN", NaN],
    ["-0", -0],
    ["1.5", 1.5],
    ["-1", -1],
    ["2^31", 2 ** 31],
    ["2^32", 2 ** 32],
    ["2^53", 2 ** 53],
    ["Inf", Infinity],
    ["1e300", 1e300],
    ["1n", 1n],
    ["2n**64n", 2n ** 64n],
    ["'1'", "1"],
    ["''", ""],
    ["symbol", Symbol("x")],
    ["{}", {}],
    ["[]", []],
    ["[1]", [1]],
    ["fn", () => 1],
    ["valueOf", { valueOf: () => 1 }],
    ["throws", {
      valueOf: fail,
      toString: fail,
      get timeoutMs() {
        return fail();
      },
    }],
    ["nullproto", Object.create(null)],
    ["proxy", new Proxy({}, {})],
    ["throwproxy", new Proxy({}, { ownKeys: fail, get: fail, has: fail })],
    ["revoked", revoked()],
    ["u8", new Uint8Array(8)],
    ["detached", detached()],
    ["resizable", new Uint8Array(new ArrayBuffer(16, { maxByteLength: 64 }))],
    ["sab", new Uint8Array(new SharedArrayBuffer(8))],
    ["dataview", new DataView(new ArrayBuffer(8))],
    ["frozen", Object.freeze({ timeoutMs: 1 })],
    ["date", new Date(0)],
    ["String", new String("a")],
    ["Number", new Number(1)],
    ["map", new Map()],
    ["promise", Promise.resolve(1)],
    ["nul", "a\0b"],
    ["long", "x".repeat(5000)],
    ["surr", "\ud800"],
  ];
}

/** An error of this library, of the hostile value itself, or of the name of a class. */
function isKnown(error) {
  if (!(error instanceof Error)) return false;
  return /^Cannot |^mine$/.test(error.message) || error.cause !== undefined;
}

/**
 * Calls a function with each hostile value. It may do anything but fail with a
 * sentence of the engine's own.
 *
 * @param isWanted Whether to pass the value of a name.
 */
export async function sweep(what, call, isWanted = () => true) {
  for (const [label, value] of values()) {
    if (!isWanted(label)) continue;
    try {
      const result = call(value);
      if (result instanceof Promise) {
        const late = new Promise((resolve) => setTimeout(resolve, 300));
        await Promise.race([result, late]);
        result.catch(() => {});
      } else if (result?.[Symbol.dispose] !== undefined) {
        result[Symbol.dispose]();
      }
    } catch (error) {
      if (isKnown(error)) continue;
      throw new Error(`${what}(${label}) fails with ${error}`, {
        cause: error,
      });
    }
  }
}
