/**
 * The processes that do the work.
 *
 * @module
 */

import { undoLater } from "../tools/undo.ts";
import type { Job } from "./jobs.ts";
import { linesOf } from "./lines.ts";
import type { Way } from "./way.ts";

/** What a process says when it has started. */
export const READY = "ready";

/** Another Deno process, started and ready. */
export class Worker {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#lines = linesOf(child.stdout);
    this.#input = child.stdin.getWriter();
  }

  /** Starts a program; `owner` ends it if it does not end by itself. */
  static start(
    program: string,
    permissions: readonly string[],
    args: readonly string[],
    owner: DisposableStack,
  ): Worker {
    const { href } = new URL(program, import.meta.url);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...permissions, href, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    owner.use(undoLater(() => end(child)));
    return new Worker(child);
  }

  /** Number of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Rejects when the process fails; never resolves. */
  async failure(): Promise<never> {
    const { success, code, signal } = await this.#child.status;
    if (!success) {
      throw new Error(
        `A process ended early, with ${signal ?? `code ${code}`}`,
      );
    }
    return await new Promise(() => {});
  }

  /** Puts bytes into the program's stdin. */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#input.write(bytes);
  }

  /** Waits for the next line that the program prints. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (!done) return value;
    return await this.failure();
  }

  /** Says that no more will come. */
  async close(): Promise<void> {
    await this.#input.close();
  }
}

function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** The processes of one job. */
export class Crew implements Disposable {
  readonly #stack: DisposableStack;
  readonly workers: readonly Worker[];

  private constructor(stack: DisposableStack, workers: readonly Worker[]) {
    this.#stack = stack;
    this.workers = workers;
  }

  /** Starts the processes, and waits until all are ready. */
  static async start(job: Job, way: Way, args: string[]): Promise<Crew> {
    using stack = new DisposableStack();
    const workers = Array.from({ length: job.processes }, (_, index) => {
      const words = [job.name, String(index), ...args];
      return Worker.start(way.program, way.permissions, words, stack);
    });
    for (const worker of workers) {
      const line = await worker.line();
      if (line !== READY) throw new Error(`A process said ${line}`);
    }
    return new Crew(stack.move(), workers);
  }

  /** This process and all others that take part. */
  get pids(): number[] {
    return [Deno.pid, ...this.workers.map((worker) => worker.pid)];
  }

  /** Does something for as long as no process fails. */
  async unlessOneFails<Result>(work: Promise<Result>): Promise<Result> {
    const failures = this.workers.map((worker) => worker.failure());
    return await Promise.race([work, ...failures]);
  }

  /** Ends the processes that have not ended by themselves. */
  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}
