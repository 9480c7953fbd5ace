import { describe } from "../../memory/checks/integers.ts";

/**
 * Checks a value.
 *
 * @param what What messages call the map.
 */
export function checkValue(
  value: Uint8Array,
  longest: number,
  what: string,
): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot use the value in ${what}: it must be a Uint8Array: received ${
        describe(value)
      }`,
    );
  }
  if (value.byteLength > longest) {
    throw new RangeError(
      `Cannot use the value in ${what}: it may have ${longest} bytes, a quarter of the budget: received ${value.byteLength}`,
    );
  }
  return value;
}

/** Whether two values, or their absence, are the same. */
export function isSame(
  one: Uint8Array | undefined,
  other: Uint8Array | undefined,
): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.byteLength === other.byteLength &&
    one.every((byte, i) => byte === other[i]);
}
