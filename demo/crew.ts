/**
 * The processes that do the work.
 *
 * @module
 */

import { linesOf } from "./lines.ts";
import { PART_COUNT } from "./parts.ts";
import { undoLater } from "./undo.ts";

/** What a process answers. */
export interface Answer {
  /** Hash of its part. */
  readonly digest: string;
  /** How many bytes it copied to get there. */
  readonly copied: number;
}

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

  /**
   * Starts a program.
   *
   * @param program A file beside this one.
   * @param permissions Flags of `deno run`.
   * @param owner What ends the process, if it does not end by itself.
   */
  static start(
    program: string,
    permissions: readonly string[],
    owner: DisposableStack,
  ): Worker {
    const { href } = new URL(program, import.meta.url);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...permissions, href],
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

  /** Waits until the program says that it is ready. */
  async ready(): Promise<void> {
    const line = await this.#line();
    if (line !== READY) throw new Error(`A process said ${line}, not ${READY}`);
  }

  /** Gives bytes to the program. */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#input.write(bytes);
  }

  /** Says that no more will come, and waits for the answer and the end. */
  async finish(): Promise<Answer> {
    await this.#input.close();
    const [digest = "", copied = ""] = (await this.#line()).split(" ");
    return { digest, copied: Number(copied) };
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (!done) return value;
    const { code, signal } = await this.#child.status;
    throw new Error(`A process ended early, with ${signal ?? `code ${code}`}`);
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

/** One process for each part. */
export class Crew implements Disposable {
  readonly #stack: DisposableStack;
  readonly workers: readonly Worker[];

  private constructor(stack: DisposableStack, workers: readonly Worker[]) {
    this.#stack = stack;
    this.workers = workers;
  }

  /** Starts the processes, and waits until all are ready. */
  static async start(
    program: string,
    permissions: readonly string[],
  ): Promise<Crew> {
    using stack = new DisposableStack();
    const workers = Array.from(
      { length: PART_COUNT },
      () => Worker.start(program, permissions, stack),
    );
    await Promise.all(workers.map((worker) => worker.ready()));
    return new Crew(stack.move(), workers);
  }

  /** This process and all others that take part. */
  get pids(): number[] {
    return [Deno.pid, ...this.workers.map((worker) => worker.pid)];
  }

  /** Ends the processes that have not ended by themselves. */
  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}
