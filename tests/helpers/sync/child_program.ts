/**
 * Programs of a few lines that run as a Deno of their own.
 *
 * @module
 */

import { denoRun } from "../deno.ts";
import { Program } from "../peers/program.ts";

/** A running program, ended and removed at the end of a block. */
export interface ChildProgram extends AsyncDisposable {
  /** Process id. */
  readonly pid: number;
  /** Waits for the next line that it prints. */
  line(): Promise<string>;
  /** Gives it a line on stdin. */
  tell(line: string): Promise<void>;
  /** Ends its input and waits for its end; fails when that never comes. */
  end(): Promise<{ code: number; stdout: string; stderr: string }>;
}

/**
 * Starts a program.
 *
 * @param source Its text; imports are full URLs.
 * @param args Its arguments.
 * @param launcher What starts Deno, in words.
 */
export function startProgram(
  source: string,
  args: readonly string[] = [],
  launcher: readonly string[] = [],
): ChildProgram {
  const file = Deno.makeTempFileSync({ suffix: ".ts" });
  Deno.writeTextFileSync(file, source);
  const program = Program.start(denoRun(file, { args, launcher }));
  return {
    pid: program.pid,
    line: () => program.line(),
    tell: (line) => program.tell(line),
    end: () => program.end(),
    [Symbol.asyncDispose]: async () => {
      await program[Symbol.asyncDispose]();
      await Deno.remove(file);
    },
  };
}
