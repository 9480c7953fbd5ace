import {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
} from "../../channel/buffers/typed_arrays.ts";
import { requireWhole } from "../../memory/checks/value_layout.ts";
import { trueLength } from "../object/true_bytes.ts";
import { CHUNK } from "./map_layout.ts";
import type { MapObject } from "./map_object.ts";

/**
 * Checks a value.
 *
 * @param what What messages call the map.
 * @returns The same bytes in an array of our own, whose length is the true one.
 */
export function checkValue(
  value: Uint8Array,
  { shape, layout }: Pick<MapObject, "shape" | "layout">,
  what: string,
): Uint8Array {
  const longest = shape.chunks * CHUNK / 4;
  const operation = `use the value in ${what}`;
  const length = trueLength(value, `${operation}: it`);
  if (length > longest) {
    throw new RangeError(
      `Cannot ${operation}: it may have ${longest} bytes, a quarter of the budget: received ${length}`,
    );
  }
  requireWhole(layout, length, operation);
  return new Uint8Array(bufferOf(value), byteOffsetOf(value), length);
}

/** Whether two values, or their absence, are the same. */
export function isSame(
  one: Uint8Array | undefined,
  other: Uint8Array | undefined,
): boolean {
  if (one === undefined || other === undefined) return one === other;
  return byteLengthOf(one) === byteLengthOf(other) &&
    one.every((byte, i) => byte === other[i]);
}
