import { assertThrows } from "../../../deps.ts";

/** Checks that a call with arguments that types forbid is refused. */
export function assertRefused(
  call: (...values: never[]) => unknown,
  values: readonly unknown[],
  ErrorClass: typeof RangeError | typeof TypeError,
  part: string,
): void {
  assertThrows(() => Reflect.apply(call, undefined, values), ErrorClass, part);
}
