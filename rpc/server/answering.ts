import type { Codec } from "../wire/codec.ts";
import { encodeError } from "../wire/errors.ts";
import {
  END,
  ERROR,
  FIRST_CREDIT,
  ITEM,
  RESULT,
  STREAM,
} from "../wire/frames.ts";
import type { CallContext, Handler } from "./server_options.ts";
import type { Visitor } from "./visitor.ts";

const NOTHING = new Uint8Array(0);

/** How a server answers. */
export interface AnswerParts {
  readonly handler: Handler;
  readonly codec: Codec;
}

/** A call that is being answered. */
export class Answering {
  readonly #visitor: Visitor;
  readonly #call: number;
  readonly #parts: AnswerParts;
  /** Made when a handler asks for its signal, or the call is aborted. */
  #abort: AbortController | undefined;
  /** How many items of a stream the client has room for. */
  #credit = FIRST_CREDIT;
  /** Goes on when there is credit again. */
  #goOn = () => {};

  /** Remembers whose call it is. */
  constructor(visitor: Visitor, call: number, parts: AnswerParts) {
    this.#visitor = visitor;
    this.#call = call;
    this.#parts = parts;
  }

  /** Answers a request; does not throw. */
  async answer(request: Uint8Array, type: number): Promise<void> {
    const visitor = this.#visitor;
    visitor.answering.set(this.#call, this);
    try {
      const value = await this.#ask(request);
      if (type === STREAM) await this.#sendItems(value);
      else await this.#sendResult(value);
    } catch (error) {
      // A client that has cancelled does not listen any more.
      if (!this.#isAborted) await this.#send(ERROR, encodeError(error));
    } finally {
      visitor.answering.delete(this.#call);
    }
  }

  /** Lets more items of a stream go out. */
  addCredit(count: number): void {
    this.#credit += count;
    this.#goOn();
  }

  /** Tells the handler that nobody wants the answer. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
    this.#goOn();
  }

  #ask(request: Uint8Array): unknown {
    const { handler, codec } = this.#parts;
    return handler(codec.decode(request), this.#context());
  }

  #sendResult(value: unknown): Promise<void> | void {
    if (isIterable(value)) {
      throw new TypeError(
        "Cannot answer: the handler returned a stream; ask with client.stream()",
      );
    }
    const encoded = this.#parts.codec.encode(value);
    if (!this.#isAborted) return this.#send(RESULT, encoded);
  }

  async #sendItems(value: unknown): Promise<void> {
    const items = isIterable(value) ? value : [value];
    for await (const item of items) {
      while (this.#credit === 0 && !this.#isAborted) {
        await new Promise<void>((resolve) => this.#goOn = resolve);
      }
      if (this.#isAborted) return;
      this.#credit--;
      await this.#send(ITEM, this.#parts.codec.encode(item));
    }
    if (!this.#isAborted) await this.#send(END, NOTHING);
  }

  #send(type: number, bytes: Uint8Array): Promise<void> | void {
    return this.#visitor.send(this.#call, type, bytes);
  }

  #context(): CallContext {
    const controller = () => this.#controller;
    return {
      client: this.#visitor.id,
      get signal() {
        return controller().signal;
      },
    };
  }

  get #controller(): AbortController {
    return this.#abort ??= new AbortController();
  }

  get #isAborted(): boolean {
    return this.#abort?.signal.aborted ?? false;
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null &&
    typeof Reflect.get(value, Symbol.asyncIterator) === "function";
}
