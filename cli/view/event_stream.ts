/**
 * Server-sent events for one browser: the whole state first, then what changed.
 * A browser that reads slowly gets fewer and larger changes, and never makes the
 * server keep more than one.
 *
 * @module
 */

import { mergePatch } from "./merge_patch.ts";

const encoder = new TextEncoder();

type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

/** A browser that is told of each state. */
export class EventStream {
  /** What to answer the browser with. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #onClose: () => void;
  readonly #controller: Controller;
  #sent: object | undefined;
  #closed = false;

  /**
   * Starts with nothing sent.
   *
   * @param onClose Called once, when the browser has gone or was let go.
   */
  constructor(onClose: () => void) {
    this.#onClose = onClose;
    let started!: Controller;
    this.body = new ReadableStream({
      start: (controller) => {
        started = controller;
      },
      cancel: () => this.#end(),
    }, { highWaterMark: 1 });
    this.#controller = started;
  }

  /** Tells of a state, unless what was sent before has not been read yet. */
  send(state: object): void {
    if (this.#closed || (this.#controller.desiredSize ?? 0) <= 0) return;
    if (this.#sent === undefined) this.#event("state", state);
    else {
      const patch = mergePatch(this.#sent, state);
      if (patch !== undefined) this.#event("change", patch);
    }
    this.#sent = state;
  }

  /** Ends the stream. */
  close(): void {
    if (this.#closed) return;
    this.#controller.close();
    this.#end();
  }

  #event(name: string, data: unknown): void {
    const text = `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    this.#controller.enqueue(encoder.encode(text));
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }
}
