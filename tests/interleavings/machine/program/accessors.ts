/**
 * What instrumented programs call instead of touching arrays: an access of
 * shared memory becomes a step of the machine, any other goes through.
 *
 * The arrays that programs hold are real ones, over memory that nobody uses: so
 * checks of what they are work as ever, and an access that went past the machine
 * shows, because that memory is filled with nonsense.
 *
 * @module
 */

import type { Machine } from "../machine.ts";
import {
  ADD,
  AND,
  ATOMIC_LOAD,
  ATOMIC_STORE,
  COMPARE,
  EXCHANGE,
  LOAD,
  OR,
  step,
  STORE,
  SUB,
  XOR,
} from "../steps.ts";
import { combine, decode, encode, scratch } from "./values.ts";

// deno-lint-ignore no-explicit-any -- any value of any program
type Any = any;

const LOCKED: Readonly<Record<string, number>> = {
  exchange: EXCHANGE,
  compareExchange: COMPARE,
  add: ADD,
  sub: SUB,
  and: AND,
  or: OR,
  xor: XOR,
};

/** The functions that an instrumented file finds around it. */
export interface Accessors {
  $get(object: Any, index: Any, site: number): Any;
  $set(object: Any, index: Any, value: Any, site: number): Any;
  $update(
    object: Any,
    index: Any,
    operator: string,
    value: () => Any,
    site: number,
  ): Any;
  $call(site: number, object: Any, name: string, ...args: Any[]): Any;
  $method(name: string, site: number): (this: Any, ...args: Any[]) => Any;
  $atomic(site: number, name: string, ...args: Any[]): Any;
  readonly Atomics: Any;
}

/** Makes the functions for one machine. */
export function accessorsOf(
  machine: Machine,
  doze: (ms: number) => void,
): Accessors {
  const { decoys } = machine;
  const isOurs = (buffer: Any): boolean => decoys.baseOf(buffer) >= 0;
  const isShared = (object: Any): boolean =>
    isOurs(object.buffer) && ArrayBuffer.isView(object);

  const load = (view: Any, index: number, kind: number, site: number): Any => {
    const width = view.BYTES_PER_ELEMENT;
    step(
      machine,
      kind,
      decoys.baseOf(view.buffer) + view.byteOffset + index * width,
      width,
      0,
      0,
      0,
      0,
      site,
    );
    return decode(view, machine.low, machine.high);
  };

  const write = (
    view: Any,
    index: number,
    value: Any,
    kind: number,
    site: number,
    other: Any = 0,
  ): void => {
    const width = view.BYTES_PER_ELEMENT;
    encode(view, other);
    const low = scratch.getInt32(0, true);
    const high = scratch.getInt32(4, true);
    encode(view, value);
    const a = scratch.getInt32(0, true);
    const b = scratch.getInt32(4, true);
    const base = decoys.baseOf(view.buffer);
    const at = base + view.byteOffset + index * width;
    step(machine, kind, at, width, a, b, low, high, site);
  };

  const $get: Accessors["$get"] = (object, index, site) => {
    if (!isShared(object)) return object[index];
    return index >= 0 && index < object.length
      ? load(object, +index, LOAD, site)
      : object[index];
  };

  const $set: Accessors["$set"] = (object, index, value, site) => {
    if (!isShared(object)) {
      // The kernel looks there when its participant dies.
      if (object.buffer === machine.head && machine.head !== null) {
        machine.act("store to the list's head", site, () => 0, true, []);
      }
      return object[index] = value;
    }
    if (index >= 0 && index < object.length) {
      write(object, +index, value, STORE, site);
    }
    return value;
  };

  const $update: Accessors["$update"] = (object, index, sign, value, site) => {
    const before = $get(object, index, site);
    if (
      sign === "??"
        ? before !== null && before !== undefined
        : sign === "||" && before
    ) return before;
    if (sign === "&&" && !before) return before;
    return $set(object, index, combine(before, sign, value()), site);
  };

  const atomic = (site: number, name: string, args: Any[]): Any => {
    const [view, index, value, other] = args;
    if (!ArrayBuffer.isView(view) || !isOurs(view.buffer)) {
      if (name !== "load") machine.order(site);
      return (Atomics as Any)[name](...args);
    }
    // Its own checks of the arguments, on memory that nobody uses.
    Atomics.load(view as Any, index);
    switch (name) {
      case "load":
        return load(view, +index, ATOMIC_LOAD, site);
      case "store":
        write(view, +index, value, ATOMIC_STORE, site);
        return value;
      case "compareExchange":
        write(view, +index, other, COMPARE, site, value);
        break;
      default:
        write(view, +index, value, LOCKED[name]!, site);
    }
    return decode(view, machine.low, machine.high);
  };

  const $call: Accessors["$call"] = (site, object, name, ...args) => {
    const [first, second, third] = args;
    const shared = isShared(object);
    if (!shared) {
      const copies = name === "set" && ArrayBuffer.isView(object) &&
        isOurs(first.buffer);
      if (!copies) return object[name](...args);
      return (object as Any).set(Array.from(readAll(first, site)), second);
    }
    if (object instanceof DataView) return viaView(site, object, name, args);
    switch (name) {
      case "set": {
        const source = isOurs(first.buffer) ? readAll(first, site) : first;
        const at = second ?? 0;
        if (at + source.length > object.length) return object.set(...args);
        writeAll(object, at, source, site);
        return;
      }
      case "fill": {
        const from = second ?? 0;
        const length = Math.max(0, (third ?? object.length) - from);
        writeAll(
          object,
          from,
          new object.constructor(length).fill(first),
          site,
        );
        return object;
      }
      case "slice":
        return new object.constructor(
          readAll(object.subarray(first, second), site),
        );
      case "at":
        return $get(object, first < 0 ? first + object.length : first, site);
      default:
        return new object.constructor(readAll(object, site))[name](...args);
    }
  };

  /** Reads elements; by words where these are bytes and words fit. */
  function readAll(view: Any, site: number): Any {
    const copy = new view.constructor(view.length);
    const { byteLength, byteOffset, BYTES_PER_ELEMENT } = view;
    if (BYTES_PER_ELEMENT === 1 && byteOffset % 4 === 0) {
      const words = new Int32Array(copy.buffer, 0, byteLength >> 2);
      const shared = new Int32Array(view.buffer, byteOffset, byteLength >> 2);
      for (let i = 0; i < words.length; i++) {
        words[i] = load(shared, i, LOAD, site);
      }
      for (let i = byteLength & -4; i < byteLength; i++) {
        copy[i] = load(view, i, LOAD, site);
      }
      return copy;
    }
    for (let i = 0; i < copy.length; i++) copy[i] = load(view, i, LOAD, site);
    return copy;
  }

  function writeAll(view: Any, at: number, source: Any, site: number): void {
    const start = view.byteOffset + at * view.BYTES_PER_ELEMENT;
    const { length } = source;
    let done = 0;
    if (view.BYTES_PER_ELEMENT === 1 && start % 4 === 0 && length >= 4) {
      const words = new Int32Array(
        Uint8Array.from(source).buffer.slice(0, length & -4),
      );
      const shared = new Int32Array(view.buffer, start, words.length);
      words.forEach((word, i) => write(shared, i, word, STORE, site));
      done = 4 * words.length;
    }
    for (; done < length; done++) {
      write(view, at + done, source[done], STORE, site);
    }
  }

  /** A method of a DataView: one access, or one of each byte if unaligned. */
  function viaView(site: number, view: DataView, name: string, args: Any[]) {
    const type = name.slice(3);
    const arrays: Any = {
      ...{ Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array },
      ...{ Uint32Array, Float32Array, Float64Array, BigInt64Array },
      BigUint64Array,
    };
    const Type = arrays[`${type}Array`];
    const at = view.byteOffset + args[0];
    const aligned = at % Type.BYTES_PER_ELEMENT === 0;
    if (!aligned) throw new Error(`the machine knows no unaligned ${name}`);
    const element = new Type(view.buffer, at, 1);
    if (name.startsWith("get")) return load(element, 0, LOAD, site);
    write(element, 0, args[1], STORE, site);
  }

  const names = ["load", "store", ...Object.keys(LOCKED)];
  const Shadow = Object.fromEntries(
    names.map((name) => [name, (...args: Any[]) => atomic(0, name, args)]),
  );
  Shadow.isLockFree = (size: Any) => Atomics.isLockFree(size);
  Shadow.pause = () => {};
  // On a word that nobody notifies: it only lets time go by.
  Shadow.wait = (_view: Any, _index: Any, _value: Any, ms: Any) => {
    doze(ms);
    return "timed-out";
  };
  const $atomic: Accessors["$atomic"] = (site, name, ...args) =>
    names.includes(name) ? atomic(site, name, args) : Shadow[name]?.(...args);
  const $method: Accessors["$method"] = (name, site) =>
    function (this: Any, ...args: Any[]) {
      return $call(site, this, name, ...args);
    };
  return { $get, $set, $update, $call, $method, $atomic, Atomics: Shadow };
}
