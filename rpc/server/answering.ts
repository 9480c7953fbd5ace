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

/** How a server answers. */
export interface AnswerParts {
  readonly handler: Handler;
  readonly codec: Codec;
}

/**
 * What handlers are told. Of a class: an object with a getter of its own takes as
 * long to make as all else that is remembered of a call.
 */
class Context implements CallContext {
  readonly client: string;
  readonly #answering: Answering;

  constructor(answering: Answering) {
    this.client = answering.client;
    this.#answering = answering;
  }

  get signal(): AbortSignal {
    return this.#answering.signal;
  }
}

function ignore(): void {}

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
  #goOn = ignore;

  /** Remembers whose call it is. */
  constructor(visitor: Visitor, call: number, parts: AnswerParts) {
    this.#visitor = visitor;
    this.#call = call;
    this.#parts = parts;
  }

  /** Answers a request; does not throw. */
  answer(request: Uint8Array, type: number): void {
    let value: unknown;
    try {
      value = this.#ask(request);
      // As most do: nothing to wait for, and nothing to remember.
      if (type !== STREAM && !isThenable(value)) {
        const sent = this.#sendResult(value);
        sent?.catch((error) => this.#send(ERROR, encodeError(error)));
        return;
      }
    } catch (error) {
      void this.#send(ERROR, encodeError(error));
      return;
    }
    this.#visitor.answering.set(this.#call, this);
    void this.#answerLater(value, type);
  }

  async #answerLater(value: unknown, type: number): Promise<void> {
    try {
      const awaited = await value;
      if (type === STREAM) await this.#sendItems(awaited);
      else await this.#sendResult(awaited);
    } catch (error) {
      // A client that has cancelled does not listen any more.
      if (!this.#isAborted) await this.#sendLast(ERROR, encodeError(error));
    } finally {
      this.#visitor.answering.delete(this.#call);
    }
  }

  /**
   * Sends what ends the call. The client may ask the next before this goes on, so the
   * call is not under way any more.
   */
  #sendLast(type: number, content: string | Uint8Array): Promise<void> | void {
    this.#visitor.answering.delete(this.#call);
    return this.#send(type, content);
  }

  /** Permits more items of a stream. */
  addCredit(count: number): void {
    this.#credit += count;
    this.#goOn();
  }

  /** Tells the handler that the answer is not wanted any more. */
  abort(reason: unknown): void {
    this.#controller.abort(reason);
    this.#goOn();
  }

  #ask(request: Uint8Array): unknown {
    const { handler, codec } = this.#parts;
    return handler(codec.decode(request), new Context(this));
  }

  #sendResult(value: unknown): Promise<void> | void {
    if (isIterable(value)) {
      throw new TypeError(
        "Cannot answer: the handler returned a stream; ask with client.stream()",
      );
    }
    const encoded = this.#parts.codec.encode(value);
    if (!this.#isAborted) return this.#sendLast(RESULT, encoded);
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
    if (!this.#isAborted) await this.#sendLast(END, "");
  }

  #send(type: number, content: string | Uint8Array): Promise<void> | void {
    return this.#visitor.send(this.#call, type, content);
  }

  /** The client that asks, as handlers are told. */
  get client(): string {
    return this.#visitor.id;
  }

  /** Fires when the answer is not wanted any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
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

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    typeof Reflect.get(value, "then") === "function";
}
