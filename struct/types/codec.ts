/**
 * How values of a type lie in bytes. Public classes of types know only their
 * names and sizes; what reads and writes them is kept here, out of sight.
 *
 * @module
 */

import type { Shape } from "./shape.ts";
import type { ReadableBytes } from "../bytes.ts";

/** What values are read from. */
export type Source = DataView | ReadableBytes;

/** A part of a view that is an object of its own, and moves with the view. */
export interface Part {
  /** What the property of the view shows. */
  readonly value: unknown;
  /** Goes to another place of the same memory. */
  move(byteOffset: number): void;
}

/** Reads and writes values of one type. */
export interface Codec {
  /** What it is, for programs that write other languages. */
  readonly shape: Shape;
  /** Reads a value, on its own and not changing any more. */
  load(source: Source, byteOffset: number, little: boolean): unknown;
  /**
   * Throws unless it is a value that can be stored; `path` is the field.
   * Returns the value, copied when it is made of parts: who made it may change
   * it, or answer differently when asked again.
   */
  check(value: unknown, path: string): unknown;
  /** Writes a value that was checked. */
  store(
    target: DataView,
    byteOffset: number,
    value: unknown,
    little: boolean,
  ): void;
  /** Makes what a view shows, for types that are no single value. */
  part?(
    source: Source,
    byteOffset: number,
    little: boolean,
    path: string,
  ): Part;
}

const codecs = new WeakMap<object, Codec>();

/** Keeps how values of a type lie in bytes. */
export function setCodec(type: object, codec: Codec): void {
  codecs.set(type, codec);
}

/** How values of a type lie in bytes, or nothing when it is no type. */
export function findCodec(type: unknown): Codec | undefined {
  return typeof type === "object" && type !== null
    ? codecs.get(type)
    : undefined;
}

/** How values of a type lie in bytes. */
export function codecOf(type: object): Codec {
  const codec = codecs.get(type);
  if (codec !== undefined) return codec;
  throw new TypeError(
    `Cannot lay out: it takes a type, such as u32 or struct({ … }): received ${
      shown(type)
    }`,
  );
}

/** A received value, for messages. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(
        value.length > 40 ? `${value.slice(0, 40)}…` : value,
      );
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null
        ? "null"
        : Array.isArray(value)
        ? "an array"
        : "an object";
    case "function":
      return "a function";
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    default:
      return String(value);
  }
}
