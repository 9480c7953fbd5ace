import { compile, type Compiled } from "../tests/helpers/cc.ts";

const encoder = new TextEncoder();

/** A C program that does the same as this program, on request. */
export class Peer implements AsyncDisposable {
  readonly #program: Compiled;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<string>;

  private constructor(program: Compiled, args: readonly string[]) {
    this.#program = program;
    this.#child = new Deno.Command(program.path, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  /**
   * Compiles and starts a program.
   *
   * @param source Its path in the project.
   * @param args Its arguments.
   */
  static async start(
    source: string,
    ...args: readonly string[]
  ): Promise<Peer> {
    return new Peer(await compile(source), args);
  }

  /**
   * Has it do something.
   *
   * @param request A line that it understands.
   * @returns How long that took, in nanoseconds, as it says itself.
   */
  async time(request: string): Promise<number> {
    await this.#input.write(encoder.encode(`${request}\n`));
    let answer = "";
    while (!answer.endsWith("\n")) {
      const { value, done } = await this.#output.read();
      if (done) throw new Error("The C program ended early");
      answer += value;
    }
    return Number(answer);
  }

  /** Ends the program, and removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#child.status;
    await this.#output.cancel();
    this.#program[Symbol.dispose]();
  }
}
