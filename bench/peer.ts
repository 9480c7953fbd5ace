import { compile } from "../tests/helpers/cc.ts";
import { projectPath } from "../tests/helpers/deno.ts";

const encoder = new TextEncoder();

/** Another program that does something on request: what this one does, or its part in it. */
export class Peer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<string>;

  private constructor([command = "", ...args]: readonly string[]) {
    this.#child = new Deno.Command(command, {
      args,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  /**
   * Compiles and starts a C program.
   *
   * @param source Its path in the project.
   * @param args Its arguments.
   */
  static async start(
    source: string,
    ...args: readonly string[]
  ): Promise<Peer> {
    const program = await compile(source);
    return new Peer([program.path, ...args]);
  }

  /**
   * Starts a Deno program.
   *
   * @param script Its path in the project.
   * @param args Its arguments.
   * @param prefix A command that runs it, such as `taskset`.
   */
  static startDeno(
    script: string,
    args: readonly string[],
    prefix: readonly string[] = [],
  ): Peer {
    return new Peer([...prefix, ...denoRun(script), ...args]);
  }

  /**
   * Has it do something.
   *
   * @param request A line that it understands.
   * @returns How long that took, in nanoseconds, as it says itself.
   */
  async time(request: string): Promise<number> {
    await this.ask(request);
    return await this.answer();
  }

  /**
   * Tells it to do something.
   *
   * @param request A line that it understands.
   */
  async ask(request: string): Promise<void> {
    await this.#input.write(encoder.encode(`${request}\n`));
  }

  /** Waits for its answer, a number. */
  async answer(): Promise<number> {
    let answer = "";
    while (!answer.endsWith("\n")) {
      const { value, done } = await this.#output.read();
      if (done) throw new Error("The other program ended early");
      answer += value;
    }
    return Number(answer);
  }

  /** Ends the program. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#child.status;
    await this.#output.cancel();
  }
}

/**
 * The command that runs a Deno program.
 *
 * @param script Its path in the project.
 */
export function denoRun(script: string): string[] {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "--no-prompt",
    "--allow-ffi",
    "--allow-read",
    "--allow-write",
    // Unix sockets need it.
    "--allow-net",
    projectPath(script),
  ];
}
