/**
 * A Chromium that a test drives.
 *
 * @module
 */

import { denoRun, projectPath } from "../deno.ts";

/** How long something may take to appear on a loaded machine. */
const LIMIT_MS = 60_000;
const POLL_MS = 50;

/** A browser with one page, until it is disposed of. */
export class Browser implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  private constructor() {
    const [command = "", ...args] = denoRun(
      projectPath("tests/peers/deno/browser.ts"),
      { permissions: ["--allow-all"] },
    );
    this.#process = new Deno.Command(command, {
      args,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts one. */
  static start(): Browser {
    return new Browser();
  }

  /** Opens an address. */
  async open(url: string): Promise<void> {
    await this.#call({ act: "open", text: url });
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    return await this.#call({ act: "evaluate", text: expression });
  }

  /**
   * Waits until an expression is true in the page: by asking again and again,
   * because the page's policy forbids what would wait in it.
   */
  async until(expression: string): Promise<void> {
    const end = performance.now() + LIMIT_MS;
    while (await this.evaluate(`!!(${expression})`) !== true) {
      if (performance.now() > end) {
        const text = await this.evaluate("document.body.innerText");
        throw new Error(`The page never came to ${expression}:\n${text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Clicks on an element. */
  async click(selector: string): Promise<void> {
    await this.#call({ act: "click", selector });
  }

  /** Types into a field. */
  async fill(selector: string, text: string): Promise<void> {
    await this.#call({ act: "fill", selector, text });
  }

  /** Presses a key. */
  async press(key: string): Promise<void> {
    await this.#call({ act: "press", text: key });
  }

  /** Gives the page another size. */
  async resize(width: number, height: number): Promise<void> {
    await this.#call({ act: "resize", width, height });
  }

  /** Lets the page be light or dark. */
  async colours(scheme: "light" | "dark"): Promise<void> {
    await this.#call({ act: "colours", text: scheme });
  }

  /** Takes a picture of what is to be seen. */
  async screenshot(path: string): Promise<void> {
    await this.#call({ act: "screenshot", text: path });
  }

  /** Errors of the page so far, and addresses that it asked for. */
  async seen(): Promise<{ errors: string[]; requests: string[] }> {
    const seen = await this.#call({ act: "seen" });
    return JSON.parse(JSON.stringify(seen));
  }

  /** Closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel();
    await this.#process.status;
  }

  async #call(call: object): Promise<unknown> {
    const line = `${JSON.stringify(call)}\n`;
    await this.#writer.write(new TextEncoder().encode(line));
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("The browser has ended");
      this.#text += value;
    }
    const end = this.#text.indexOf("\n");
    const { value, error } = JSON.parse(this.#text.slice(0, end));
    this.#text = this.#text.slice(end + 1);
    if (error !== undefined) throw new Error(error);
    return value;
  }
}
