/**
 * What calls of this library do, here or in a child process under limits, in
 * one shape.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "../../../deps.ts";
import { type DenoOptions, denoRun, run } from "../deno.ts";
import { readableCopy } from "../limits.ts";

/** An error, as far as JSON can hold it. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly errno?: number;
  readonly syscall?: string;
}

/** How a call ended. */
export interface Outcome {
  readonly value?: unknown;
  readonly failure?: Failure;
}

/** Tells how a call ended. Children run it too, from its source. */
export function outcomeOf(call: () => unknown): Outcome {
  try {
    return { value: call() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { name, message } = error;
    return { failure: { ...error, name, message } };
  }
}

/** Puts a command in front of another. */
export type Wrap = (command: readonly string[]) => string[];

/**
 * Runs a program in a child process that calls `attempt(label, call)` any
 * number of times, and gives how each call ended.
 *
 * @param source TypeScript that imports from "mod.ts", "sync/mod.ts" and the like.
 * @param wrap Limits to run it under. Default: none.
 * @param options Permissions and arguments.
 */
export async function outcomesOf(
  source: string,
  wrap: Wrap = (command) => [...command],
  options: DenoOptions = {},
): Promise<Record<string, Outcome>> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, program(source));
    await Deno.chmod(file, 0o644);
    const ended = await run(wrap(denoRun(file, options)), options);
    assertEquals(
      { code: ended.code, signal: ended.signal },
      { code: 0, signal: null },
      ended.stderr,
    );
    return JSON.parse(ended.stdout);
  } finally {
    await Deno.remove(file);
  }
}

function program(source: string): string {
  const { folder } = readableCopy();
  const text = source.replaceAll(
    /"((?:\w+\/)?mod\.ts)"/g,
    (_, path) => JSON.stringify(`file://${folder}/${path}`),
  );
  return `${text}
console.log(JSON.stringify(outcomes));
function attempt(label, call) {
  (globalThis.outcomes ??= {})[label] = outcomeOf(call);
}
${outcomeOf}
`;
}

/** What an error of a system call must be. */
export interface Expected {
  /** Class: of `Deno.errors`, or "SystemError". */
  readonly name: string;
  readonly code: string;
  readonly syscall: string;
  /** Parts of the message: the object, the meaning, the way out. */
  readonly says: readonly string[];
}

/** Asserts that a call failed as the manual of a system call says. */
export function assertSystemError(
  outcome: Outcome | undefined,
  { name, code, syscall, says }: Expected,
): void {
  const failure = failureOf(outcome);
  const { message } = failure;
  assertEquals(
    { name: failure.name, code: failure.code, syscall: failure.syscall },
    { name, code, syscall },
    message,
  );
  assert((failure.errno ?? 0) > 0, `errno is ${failure.errno}: ${message}`);
  assert(message.startsWith("Cannot "), message);
  assertStringIncludes(message, `(${code} from ${syscall})`);
  for (const part of says) assertStringIncludes(message, part);
}

/** Asserts that a call was refused before it reached the system. */
export function assertRefused(
  outcome: Outcome | undefined,
  name: string,
  ...says: readonly string[]
): void {
  const failure = failureOf(outcome);
  assertEquals(failure.name, name, failure.message);
  assertEquals(failure.code, undefined, failure.message);
  assert(failure.message.startsWith("Cannot "), failure.message);
  for (const part of says) assertStringIncludes(failure.message, part);
}

/** Asserts that a call gave a value. */
export function assertValue(outcome: Outcome | undefined, value: unknown) {
  assertEquals(outcome?.failure, undefined, outcome?.failure?.message);
  assertEquals(outcome?.value, value);
}

function failureOf(outcome: Outcome | undefined): Failure {
  assertNotEquals(outcome, undefined, "the call was never made");
  if (outcome?.failure === undefined) {
    throw new Error(`It did not fail: ${Deno.inspect(outcome?.value)}`);
  }
  return outcome.failure;
}
