/**
 * Values that are refused, with what is said about them.
 *
 * @module
 */

import { assertRefused, outcomeOf } from "./outcomes.ts";

/** A call, the class of its error, and a part of its message. */
export type Case = readonly [() => unknown, "TypeError" | "RangeError", string];

// What a caller without types may pass: JSON is not checked.
export const FIVE = JSON.parse('"5"');
export const WORD = JSON.parse('"maybe"');
export const NUMBER = JSON.parse("5");
export const NULL = JSON.parse("null");

/** Values that are no size, with what is said about them. */
export const WRONG_SIZES: readonly (readonly [number, Case[1], string])[] = [
  [0, "RangeError", "from 1 to 9007199254740991: received 0"],
  [-1, "RangeError", "received -1"],
  [1.5, "RangeError", "received 1.5"],
  [NaN, "RangeError", "received NaN"],
  [Infinity, "RangeError", "received Infinity"],
  [2 ** 53, "RangeError", "received 9007199254740992"],
  [FIVE, "TypeError", 'it must be a number: received "5"'],
  [NULL, "TypeError", "it must be a number: received null"],
];

export const WRONG_MODES: readonly (readonly [number, Case[1], string])[] = [
  [0o1000, "RangeError", "from 0 to 0o777: received 0o1000"],
  [0o4755, "RangeError", "received 0o4755"],
  [-1, "RangeError", "received 0o-1"],
  [1.5, "RangeError", "received 0o1.4"],
  [NaN, "RangeError", "received 0oNaN"],
  [FIVE, "TypeError", 'received "5"'],
];

/** Makes a case of each wrong value. */
export function each<Value>(
  wrong: readonly (readonly [Value, Case[1], string])[],
  call: (value: Value) => unknown,
): Case[] {
  return wrong.map(([value, name, says]) => [() => call(value), name, says]);
}

export function check(cases: readonly Case[]): void {
  for (const [call, name, says] of cases) {
    assertRefused(outcomeOf(call), name, says);
  }
}

/** Declares a test that cannot call libc. */
export function testWithoutLibc(name: string, cases: readonly Case[]): void {
  Deno.test({
    name,
    permissions: { read: true, write: true, ffi: false },
    fn: () => check(cases),
  });
}
