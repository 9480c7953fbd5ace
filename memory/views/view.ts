/**
 * Typed arrays over mapped memory, and which class of them may be asked for.
 *
 * @module
 */

import { checkInteger, describe } from "../../ffi/libc/integers.ts";
import type { Access } from "../../ffi/memory/mman.ts";
import type { Region } from "../../ffi/memory/region.ts";
import {
  ARRAY_CLASSES,
  readonlyArray,
  type ReadonlyArrayOf,
} from "./readonly_array.ts";

/** The built-in classes of typed arrays, over memory that is mapped. */
export interface Arrays {
  /** 8 bits, signed. */
  readonly Int8Array: Int8Array<ArrayBuffer>;
  /** 8 bits, unsigned. */
  readonly Uint8Array: Uint8Array<ArrayBuffer>;
  /** 8 bits, unsigned, clamped when written. */
  readonly Uint8ClampedArray: Uint8ClampedArray<ArrayBuffer>;
  /** 16 bits, signed. */
  readonly Int16Array: Int16Array<ArrayBuffer>;
  /** 16 bits, unsigned. */
  readonly Uint16Array: Uint16Array<ArrayBuffer>;
  /** 32 bits, signed. */
  readonly Int32Array: Int32Array<ArrayBuffer>;
  /** 32 bits, unsigned. */
  readonly Uint32Array: Uint32Array<ArrayBuffer>;
  /** 64 bits, signed. */
  readonly BigInt64Array: BigInt64Array<ArrayBuffer>;
  /** 64 bits, unsigned. */
  readonly BigUint64Array: BigUint64Array<ArrayBuffer>;
  /** Half precision. */
  readonly Float16Array: Float16Array<ArrayBuffer>;
  /** Single precision. */
  readonly Float32Array: Float32Array<ArrayBuffer>;
  /** Double precision. */
  readonly Float64Array: Float64Array<ArrayBuffer>;
}

/** The name of a class of typed arrays. */
export type ArrayName = keyof Arrays;

/** A class of typed arrays, such as `Float32Array`. */
export interface ViewType<Name extends ArrayName> {
  /** Size of an element in bytes. */
  readonly BYTES_PER_ELEMENT: number;
  /** Creates an array over a part of a buffer. */
  new (buffer: ArrayBuffer, byteOffset: number, length: number): Arrays[Name];
}

/** What `Mapping.view` returns, by access: read-only memory cannot be written. */
export type ViewOf<A extends Access> = {
  readonly [Name in ArrayName]: A extends "read" ? ReadonlyArrayOf<Arrays[Name]>
    : Arrays[Name];
};

/** Taken now: another class, or a subclass, could hand out a writable view. */
const CLASSES: ReadonlySet<unknown> = new Set<unknown>(ARRAY_CLASSES);

/** Makes the array of `Mapping.view`. */
export function typedView<A extends Access, Name extends ArrayName>(
  region: Region,
  access: A,
  type: ViewType<Name>,
  byteOffset?: number,
  length?: number,
): ViewOf<A>[Name];
export function typedView<Name extends ArrayName>(
  region: Region,
  access: Access,
  type: ViewType<Name>,
  byteOffset = 0,
  length?: number,
): Arrays[Name] | ReadonlyArrayOf<Arrays[Name]> {
  if (!CLASSES.has(type)) {
    throw new TypeError(
      `Cannot view the memory: the class must be a built-in one, such as Float32Array: received ${
        describe(typeof type === "function" ? type.name : type)
      }`,
    );
  }
  const size = type.BYTES_PER_ELEMENT;
  const { buffer, byteLength } = region;
  checkInteger(byteOffset, "byteOffset", 0, byteLength);
  const start = region.byteOffset + byteOffset;
  if (start % size !== 0) {
    throw new RangeError(
      `Cannot view the memory: byteOffset must be a multiple of ${size} in memory for ${type.name}: received ${byteOffset}`,
    );
  }
  const room = Math.trunc((byteLength - byteOffset) / size);
  const count = length === undefined
    ? room
    : checkInteger(length, "length", 0, room);
  const array = new type(buffer, start, count);
  return access === "read" ? readonlyArray(array) : array;
}
