import { assert } from "../../deps.ts";
import type { Input } from "./input.ts";

/** Notes something that happened: what was seen makes the coverage. */
export type See = (feature: string) => void;

/** What is fuzzed. */
export interface Target {
  readonly name: string;
  /** Does what the input says. Throws when a guarantee is broken. */
  run(input: Input, see: See): void;
}

/**
 * Does something that may fail: with errors of its own only.
 *
 * @returns What it returned; `undefined` when it failed.
 */
export function attempt<Result>(
  operation: string,
  act: () => Result,
  see: See,
): Result | undefined {
  try {
    const result = act();
    see(`${operation}: ${kindOf(result)}`);
    return result;
  } catch (error) {
    const known = error instanceof TypeError || error instanceof RangeError;
    assert(known && error.message.startsWith("Cannot "), String(error));
    see(featureOf(operation, error.message));
    return undefined;
  }
}

/** What becomes of the messages of errors; there are few for each operation. */
const features = new Map<string, string>();

function featureOf(operation: string, message: string): string {
  const key = operation + message;
  const known = features.get(key);
  if (known !== undefined) return known;
  const feature = `${operation}: ${message.replaceAll(/-?\d+/g, "N")}`;
  if (features.size < 100_000) features.set(key, feature);
  return feature;
}

function kindOf(result: unknown): string {
  if (typeof result !== "number") return String(result);
  return result < 0 ? "below 0" : result === 0 ? "0" : "above 0";
}
