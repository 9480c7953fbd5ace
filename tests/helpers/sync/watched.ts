/**
 * Programs under `deno run --watch`, which starts them again in the same process.
 *
 * @module
 */

import { denoRun } from "../deno.ts";
import { Program } from "../peers/program.ts";

/** A watched program: its file is written again until the program says so. */
export class Watched implements AsyncDisposable {
  readonly #file: string;
  readonly #source: (start: string) => string;
  readonly #program: Program;

  private constructor(
    file: string,
    source: (start: string) => string,
    program: Program,
  ) {
    this.#file = file;
    this.#source = source;
    this.#program = program;
  }

  /**
   * Starts it.
   *
   * @param name Its argument.
   * @param source Its text, which prints "start " and what it is given when it is
   * ready.
   */
  static async start(
    name: string,
    source: (start: string) => string,
  ): Promise<Watched> {
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, source("0.0"));
    // Deno wants all permissions for /proc.
    const permissions = ["--allow-all"];
    const options = { permissions, args: [name] };
    const [deno = "", run = "", ...rest] = denoRun(file, options);
    const command = [deno, run, "--watch", "--no-clear-screen", ...rest];
    return new Watched(file, source, Program.start(command));
  }

  /** What it says. */
  get program(): Program {
    return this.#program;
  }

  /** Starts it again, and waits until it says "start ROUND.ATTEMPT". */
  async restart(round: number): Promise<void> {
    let attempt = 0;
    const write = () => {
      const source = this.#source(`${round}.${++attempt}`);
      Deno.writeTextFileSync(this.#file, source);
    };
    if (round > 0) write();
    // The watcher of Deno misses what is written right behind a restart, whatever
    // the program is: so it is written again, until the last one has started. Each
    // time later than before, or a loaded machine would never catch up.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const writeAfter = (ms: number) => {
      timer = setTimeout(() => {
        write();
        writeAfter(2 * ms);
      }, ms);
    };
    writeAfter(1000);
    try {
      let started: number | undefined;
      while (started !== attempt) {
        await this.#program.hear(`start ${round}.`);
        started = Number(await this.#program.line());
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    await Deno.remove(this.#file);
  }
}
