import { Receiver, Sender } from "../channel/mod.ts";
import { describe } from "../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../memory/checks/options.ts";
import { checkPlace, type Place } from "../store/object/place.ts";
import { type Codec, type CodecName, codecNamed } from "./codec.ts";
import { encodeError } from "./errors.ts";
import {
  Assembly,
  BYE,
  CALL,
  CANCEL,
  CREDIT,
  END,
  ERROR,
  FIRST_CREDIT,
  HELLO,
  ITEM,
  readRequest,
  replyPlace,
  type Request,
  REQUEST_PART,
  RESPONSE_PART,
  responseHead,
  RESULT,
  sendFrame,
  STREAM,
  WELCOME,
} from "./frames.ts";

/** How {@linkcode Server.listen} listens. */
export interface ServerOptions {
  /** How values become bytes; clients say the same. Default: `"json"`. */
  readonly codec?: CodecName;
  /** Bytes of the ring that requests come in. Default: 2^20. */
  readonly capacity?: number;
  /** Bytes of the longest request. Default: 2^26. */
  readonly maxRequestLength?: number;
  /** Permission bits of the channel. Default: 0o600. */
  readonly mode?: number;
}

/** What a handler is told about a call. */
export interface CallContext {
  /** Fires when the client cancels, runs out of time, or ends. */
  readonly signal: AbortSignal;
  /** Tells one client from another. */
  readonly client: string;
}

/**
 * Answers a call: with a value, or with an async iterable for
 * `client.stream()`. What it throws goes to the client.
 */
export type Handler = (request: unknown, context: CallContext) => unknown;

const OPTION_NAMES: OptionNames<ServerOptions> = {
  codec: true,
  capacity: true,
  maxRequestLength: true,
  mode: true,
};

/** How often it looks for clients that have died. */
const LOOK_MS = 500;

/** A call that is being answered. */
interface Running {
  readonly abort: AbortController;
  credit: number;
  /** Goes on when there is credit again. */
  more: () => void;
}

/** A client that is there. */
interface Visitor {
  readonly id: string;
  readonly sender: Sender;
  readonly running: Map<number, Running>;
  readonly parts: Map<number, Assembly>;
}

/**
 * Answers calls of other processes on this machine; Linux.
 *
 * Many clients call at once, and answers go out as they are ready. Requests and
 * answers have any length. A client that dies has its calls aborted.
 *
 * @example A server and a client
 * ```ts
 * import { Client, Server } from "@shmem/shmem/rpc";
 *
 * const name = `/prices-${crypto.randomUUID()}`;
 * await using server = Server.listen(name, (request) => ({ echo: request }));
 * await using client = await Client.connect(name); // another process
 * console.log(await client.call("ACME")); // { echo: "ACME" }
 * ```
 */
export class Server implements AsyncDisposable {
  readonly #receiver: Receiver;
  readonly #handler: Handler;
  readonly #codec: Codec;
  readonly #longest: number;
  readonly #place: ReturnType<typeof checkPlace>;
  readonly #visitors = new Map<bigint, Visitor>();
  readonly #loop: Promise<void>;
  readonly #timer: ReturnType<typeof setInterval>;
  #closed = false;

  private constructor(
    receiver: Receiver,
    place: Place,
    handler: Handler,
    codec: Codec,
    longest: number,
  ) {
    this.#receiver = receiver;
    this.#place = checkPlace(place);
    this.#handler = handler;
    this.#codec = codec;
    this.#longest = longest;
    this.#timer = setInterval(() => this.#dropDead(), LOOK_MS);
    // A server that has nothing else to do may end.
    Deno.unrefTimer(Number(this.#timer));
    this.#loop = this.#serve();
    // Whoever wants to know asks finished; others must not end by it.
    this.#loop.catch(() => {});
  }

  /**
   * Starts to answer calls.
   *
   * @param place A name, or `{ path }`; of a name that a killed server left, too.
   * @param handler Answers one call; many run at once.
   * @param options How values become bytes, and so on.
   * @returns The server.
   * @throws {Deno.errors.AlreadyExists} When one is there already (EEXIST).
   */
  static listen(
    place: Place,
    handler: Handler,
    options?: ServerOptions,
  ): Server {
    const read = readOptions(options, OPTION_NAMES, "listen");
    const { capacity = 2 ** 20, maxRequestLength = 2 ** 26, mode = 0o600 } =
      read;
    const codec = codecNamed(read.codec ?? "json");
    if (typeof handler !== "function") {
      throw new TypeError(
        `Cannot listen: it takes a function that answers: received ${
          describe(handler)
        }`,
      );
    }
    if (!(Number.isInteger(maxRequestLength) && maxRequestLength >= 1)) {
      throw new RangeError(
        `Cannot listen: maxRequestLength must be an integer, 1 or more: received ${
          describe(maxRequestLength)
        }`,
      );
    }
    const receiver = Receiver.create(place, {
      capacity,
      mode,
      producers: "many",
      keepOpen: true,
      onSenderDeath: "continue",
      ...(typeof place === "string"
        ? { ifStale: "replace" }
        : { ifExists: "open" }),
    });
    return new Server(receiver, place, handler, codec, maxRequestLength);
  }

  /** Its name with a slash, or its path. */
  get name(): string {
    return this.#place.name;
  }

  /** How many clients there are. */
  get clients(): number {
    return this.#visitors.size;
  }

  /**
   * Ends: calls that are being answered are aborted, clients are told, and the
   * name is removed. Harmless when that was done before.
   */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      clearInterval(this.#timer);
      for (const [client] of this.#visitors) this.#drop(client);
      this.#receiver.unlink();
      this.#receiver.close();
    }
    await this.#loop.catch(() => {});
  }

  /**
   * Settles when the server has ended: rejects when another program overwrote its
   * channel, so that nothing can be received any more.
   */
  get finished(): Promise<void> {
    return this.#loop;
  }

  /** The same as {@linkcode Server.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(): Promise<void> {
    while (!this.#closed) {
      try {
        for await (const { typeId, bytes } of this.#receiver) {
          const request = readRequest(bytes);
          if (request !== undefined) this.#take(typeId, request);
        }
        if (!this.#closed) continue;
      } catch (error) {
        // It was closed; or a ring of which others have made nonsense.
        if (this.#closed || this.#receiver.closed) return;
        if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      }
    }
  }

  #take(typeId: number, request: Request): void {
    const { client, call, number, bytes } = request;
    if (typeId === HELLO) return this.#welcome(client, bytes);
    const visitor = this.#visitors.get(client);
    // It has gone, or was never there.
    if (visitor === undefined) return;
    switch (typeId) {
      case REQUEST_PART: {
        const parts = visitor.parts.get(call) ?? new Assembly();
        visitor.parts.set(call, parts);
        if (parts.add(bytes, this.#longest)) return;
        visitor.parts.delete(call);
        return this.#refuse(visitor, call);
      }
      case CALL:
      case STREAM: {
        const parts = visitor.parts.get(call) ?? new Assembly();
        visitor.parts.delete(call);
        if (parts.byteLength + bytes.byteLength > this.#longest) {
          return this.#refuse(visitor, call);
        }
        if (visitor.running.has(call)) return;
        void this.#answer(visitor, call, parts.finish(bytes), typeId);
        return;
      }
      case CANCEL:
        visitor.parts.delete(call);
        visitor.running.get(call)?.abort.abort(
          new DOMException("The client cancelled the call", "AbortError"),
        );
        return;
      case CREDIT: {
        const running = visitor.running.get(call);
        if (running === undefined) return;
        running.credit += number;
        running.more();
        return;
      }
      case BYE:
        this.#drop(client);
    }
  }

  /** Opens the channel of a client that has come. */
  #welcome(client: bigint, bytes: Uint8Array): void {
    if (this.#visitors.has(client)) return;
    let sender: Sender;
    try {
      // Its place is made here, so that no message can name another object.
      sender = Sender.open(replyPlace(this.#place, client));
    } catch {
      // It has gone already.
      return;
    }
    // From here on the name is of no use, and cannot be left behind.
    ignoreMissing(() => sender.unlink());
    const visitor: Visitor = {
      id: client.toString(16).padStart(16, "0"),
      sender,
      running: new Map(),
      parts: new Map(),
    };
    this.#visitors.set(client, visitor);
    const codec = new TextDecoder().decode(bytes);
    if (codec === this.#codec.name) {
      void this.#send(visitor, 0, WELCOME, new Uint8Array(0));
      return;
    }
    void this.#send(
      visitor,
      0,
      ERROR,
      encodeError(
        new TypeError(
          `Cannot connect to ${
            JSON.stringify(this.name)
          }: its codec is "${this.#codec.name}", and "${codec}" was asked for`,
        ),
      ),
    );
  }

  async #answer(
    visitor: Visitor,
    call: number,
    bytes: Uint8Array,
    typeId: number,
  ): Promise<void> {
    const abort = new AbortController();
    const running = { abort, credit: FIRST_CREDIT, more: () => {} };
    visitor.running.set(call, running);
    try {
      const { signal } = abort;
      const context = { signal, client: visitor.id };
      const value = await this.#handler(this.#codec.decode(bytes), context);
      if (typeId === STREAM) {
        await this.#sendItems(visitor, call, running, value);
      } else {
        if (isIterable(value)) {
          throw new TypeError(
            "Cannot answer: the handler gave a stream; ask with client.stream()",
          );
        }
        const encoded = this.#codec.encode(value);
        if (!signal.aborted) await this.#send(visitor, call, RESULT, encoded);
      }
    } catch (error) {
      // A client that has cancelled does not listen any more.
      if (!abort.signal.aborted) {
        await this.#send(visitor, call, ERROR, encodeError(error));
      }
    } finally {
      visitor.running.delete(call);
    }
  }

  async #sendItems(
    visitor: Visitor,
    call: number,
    running: Running,
    value: unknown,
  ): Promise<void> {
    const { signal } = running.abort;
    const items = isIterable(value) ? value : [value];
    for await (const item of items) {
      while (running.credit === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          running.more = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      if (signal.aborted) return;
      running.credit--;
      await this.#send(visitor, call, ITEM, this.#codec.encode(item));
    }
    if (!signal.aborted) {
      await this.#send(visitor, call, END, new Uint8Array(0));
    }
  }

  async #send(
    visitor: Visitor,
    call: number,
    last: number,
    bytes: Uint8Array,
  ): Promise<void> {
    try {
      const types = { part: RESPONSE_PART, last };
      await sendFrame(visitor.sender, responseHead(call), bytes, types);
    } catch {
      // It died or left: what was to be told concerns nobody.
      this.#drop(BigInt(`0x${visitor.id}`));
    }
  }

  #refuse(visitor: Visitor, call: number): void {
    const error = new RangeError(
      `Cannot call ${
        JSON.stringify(this.name)
      }: a request may have ${this.#longest} bytes`,
    );
    void this.#send(visitor, call, ERROR, encodeError(error));
  }

  #dropDead(): void {
    for (const [client, { sender }] of this.#visitors) {
      if (sender.closed || !sender.hasReceiver) this.#drop(client);
    }
  }

  #drop(client: bigint): void {
    const visitor = this.#visitors.get(client);
    if (visitor === undefined) return;
    this.#visitors.delete(client);
    for (const { abort } of visitor.running.values()) {
      abort.abort(
        new Deno.errors.ConnectionReset(
          `The client ${visitor.id}, or the server, has ended`,
        ),
      );
    }
    visitor.sender.close();
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null &&
    typeof Reflect.get(value, Symbol.asyncIterator) === "function";
}

function ignoreMissing(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
