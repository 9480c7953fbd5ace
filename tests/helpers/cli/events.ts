/**
 * Server-sent events, read without a browser.
 *
 * @module
 */

import { merge } from "../../../cli/view/page/connection.js";

/** One event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Reads events until it is disposed of. */
export class Events implements AsyncDisposable {
  readonly #abort = new AbortController();
  readonly #response: Response;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";
  // deno-lint-ignore no-explicit-any -- the test says what it is
  #state: any;

  private constructor(response: Response, abort: AbortController) {
    this.#response = response;
    this.#abort = abort;
    const body = response.body ?? new ReadableStream();
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Asks for the events of a server. */
  static async open(port: string, cookie: string): Promise<Events> {
    const abort = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/events`, {
      headers: { cookie },
      signal: abort.signal,
    });
    return new Events(response, abort);
  }

  /** The status of the answer. */
  get status(): number {
    return this.#response.status;
  }

  /** The whole state as of the next event, as a page puts it together. */
  async state<T>(): Promise<T> {
    const { event, data } = await this.next();
    this.#state = event === "state" ? data : merge(this.#state, data);
    return this.#state;
  }

  /** The next event. */
  async next(): Promise<ServerEvent> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end !== -1) {
        const [name = "", data = ""] = this.#text.slice(0, end).split("\n");
        this.#text = this.#text.slice(end + 2);
        return {
          event: name.slice("event: ".length),
          data: JSON.parse(data.slice("data: ".length)),
        };
      }
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("There are no more events");
      this.#text += value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What is under way ends with an error, which nobody waits for.
    this.#abort.abort();
    await this.#reader.cancel().catch(() => {});
  }
}
