/**
 * A program that a test talks with while it runs.
 *
 * @module
 */

import { deadline } from "../deadline.ts";

/** A running program: what it says is awaited, what it is told is one line. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #command: string;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #unread = "";
  #closed = false;

  private constructor(child: Deno.ChildProcess, command: string) {
    this.#child = child;
    this.#command = command;
    this.#input = child.stdin.getWriter();
    this.#output = decoded(child.stdout).getReader();
    this.#errors = gather(decoded(child.stderr).getReader());
  }

  /** Starts a program. */
  static start([command = "", ...args]: readonly string[]): Program {
    const child = new Deno.Command(command, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Program(child, [command, ...args].join(" "));
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Gives the program a line on stdin. */
  async tell(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Waits until the program says something, and gives all up to there. */
  async hear(text: string): Promise<string> {
    for (;;) {
      const start = this.#unread.indexOf(text);
      if (start !== -1) {
        const end = start + text.length;
        const heard = this.#unread.slice(0, end);
        this.#unread = this.#unread.slice(end);
        return heard;
      }
      const { value, done } = await deadline(this.#output.read(), () => {
        return `${this.#command} says nothing; before: ${this.#unread}`;
      });
      if (done) {
        throw new Error(
          `${this.#command} ended instead of saying ${
            JSON.stringify(text)
          }: ${this.#unread}${await this.#errors}`,
        );
      }
      this.#unread += value;
    }
  }

  /** Waits for the next line. */
  async line(): Promise<string> {
    return (await this.hear("\n")).trimEnd();
  }

  /** Ends its input and waits for its end, and for that of what it started. */
  async end(): Promise<{ code: number; stdout: string; stderr: string }> {
    await this.#close();
    const ended = async () => {
      this.#unread += await gather(this.#output);
      const stderr = await this.#errors;
      const { code } = await this.#child.status;
      return { code, stdout: this.#unread, stderr };
    };
    return await deadline(ended(), () => `${this.#command} does not end`);
  }

  /** Ends it by force if it has not ended by itself, as after a failed check. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#output.cancel();
    await this.#errors;
    await this.#child.status;
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#input.close();
    } catch {
      // It has ended, or closed its input.
    }
  }
}

function decoded(stream: ReadableStream<BufferSource>): ReadableStream<string> {
  return stream.pipeThrough(new TextDecoderStream());
}

async function gather(
  reader: ReadableStreamDefaultReader<string>,
): Promise<string> {
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += value;
  }
}
