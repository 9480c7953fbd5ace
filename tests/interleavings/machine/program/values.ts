/**
 * Values of array elements, as the machine keeps them: two words of 32 bits.
 *
 * @module
 */

// deno-lint-ignore no-explicit-any -- any value of any program
type Any = any;

/** Where {@linkcode encode} leaves them. */
export const scratch = new DataView(new ArrayBuffer(8));

/** The value of an element of a view. */
export function decode(view: Any, low: number, high: number): Any {
  if (view instanceof Int32Array) return low | 0;
  if (view instanceof Uint8Array) return low & 0xff;
  scratch.setInt32(0, low, true);
  scratch.setInt32(4, high, true);
  if (view instanceof BigInt64Array) return scratch.getBigInt64(0, true);
  if (view instanceof BigUint64Array) return scratch.getBigUint64(0, true);
  if (view instanceof Uint32Array) return low >>> 0;
  if (view instanceof Float64Array) return scratch.getFloat64(0, true);
  if (view instanceof Float32Array) return scratch.getFloat32(0, true);
  if (view instanceof Int16Array) return scratch.getInt16(0, true);
  if (view instanceof Uint16Array) return scratch.getUint16(0, true);
  return scratch.getInt8(0);
}

/** Leaves the words of a value in {@linkcode scratch}. */
export function encode(view: Any, value: Any): void {
  if (view instanceof BigInt64Array || view instanceof BigUint64Array) {
    scratch.setBigInt64(0, BigInt.asIntN(64, BigInt(value)), true);
  } else if (view instanceof Float64Array) {
    scratch.setFloat64(0, value, true);
  } else if (view instanceof Float32Array) {
    scratch.setFloat32(0, value, true);
  } else scratch.setInt32(0, Number(value) | 0, true);
}

/** What an operator of an assignment makes. */
export function combine(a: Any, operator: string, b: Any): Any {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "|":
      return a | b;
    case "&":
      return a & b;
    case "^":
      return a ^ b;
    case "*":
      return a * b;
    case ">>":
      return a >> b;
    case "<<":
      return a << b;
    case ">>>":
      return a >>> b;
    case "??":
    case "||":
    case "&&":
      return b;
    default:
      throw new Error(`the machine knows no ${operator}=`);
  }
}
