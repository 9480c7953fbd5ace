import { Receiver, Sender } from "../../channel/mod.ts";
import { describe } from "../../memory/checks/integers.ts";
import { checkPlace, type Place } from "../../store/object/place.ts";
import { Answering, type AnswerParts } from "./answering.ts";
import { encodeError } from "../wire/errors.ts";
import {
  BYE,
  CALL,
  CANCEL,
  clientOf,
  CREDIT,
  ERROR,
  HELLO,
  readWord,
  replyPlace,
  REQUEST_HEAD,
  REQUEST_PART,
  STREAM,
  WELCOME,
} from "../wire/frames.ts";
import { ignoreMissing } from "../wire/ignore_missing.ts";
import {
  type Handler,
  readServerOptions,
  type ServerOptions,
} from "./server_options.ts";
import { Visitor } from "./visitor.ts";

/** How often it looks for clients that have died. */
const LOOK_MS = 500;

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
  readonly #parts: AnswerParts;
  readonly #longest: number;
  readonly #place: ReturnType<typeof checkPlace>;
  readonly #visitors = new Map<number, Visitor>();
  readonly #loop: Promise<void>;
  readonly #timer: ReturnType<typeof setInterval>;
  #closed = false;

  private constructor(
    receiver: Receiver,
    place: Place,
    parts: AnswerParts,
    longest: number,
  ) {
    this.#receiver = receiver;
    this.#place = checkPlace(place);
    this.#parts = parts;
    this.#longest = longest;
    this.#timer = setInterval(() => this.#dropDead(), LOOK_MS);
    // A server that has nothing else to do may end.
    Deno.unrefTimer(Number(this.#timer));
    this.#loop = this.#serve();
    // Programs that want to know ask `finished`; others must not end by it.
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
    const { codec, longest, channel } = readServerOptions(options);
    if (typeof handler !== "function") {
      throw new TypeError(
        `Cannot listen: it takes a function that answers: received ${
          describe(handler)
        }`,
      );
    }
    const receiver = Receiver.create(place, {
      ...channel,
      producers: "many",
      keepOpen: true,
      onSenderDeath: "continue",
      ...(typeof place === "string"
        ? { ifStale: "replace" }
        : { ifExists: "open" }),
    });
    return new Server(receiver, place, { handler, codec }, longest);
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
        for await (const messages of this.#receiver.batches()) {
          for (const { typeId, bytes } of messages) {
            if (bytes.byteLength >= REQUEST_HEAD) this.#take(typeId, bytes);
          }
        }
        if (!this.#closed) continue;
      } catch (error) {
        // It was closed; or the ring is corrupt.
        if (this.#closed || this.#receiver.closed) return;
        if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      }
    }
  }

  #take(typeId: number, message: Uint8Array): void {
    const client = clientOf(message);
    const call = readWord(message, 8);
    const bytes = message.subarray(REQUEST_HEAD);
    if (typeId === HELLO) return this.#welcome(client, bytes);
    const visitor = this.#visitors.get(client);
    // It has gone, or was never there.
    if (visitor === undefined) return;
    switch (typeId) {
      case REQUEST_PART:
        if (visitor.addPart(call, bytes, this.#longest)) return;
        return this.#refuse(visitor, call);
      case CALL:
      case STREAM: {
        const whole = visitor.whole(call, bytes, this.#longest);
        if (whole === undefined) return this.#refuse(visitor, call);
        if (visitor.answering.has(call)) return;
        new Answering(visitor, call, this.#parts).answer(whole, typeId);
        return;
      }
      case CANCEL:
        visitor.forgetParts(call);
        visitor.answering.get(call)?.abort(
          new DOMException("The client cancelled the call", "AbortError"),
        );
        return;
      case CREDIT:
        visitor.answering.get(call)?.addCredit(readWord(message, 12));
        return;
      case BYE:
        this.#drop(client);
    }
  }

  /** Opens the channel of a client that has come. */
  #welcome(client: number, bytes: Uint8Array): void {
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
    const visitor = new Visitor(client, sender, () => this.#drop(client));
    this.#visitors.set(client, visitor);
    const codec = new TextDecoder().decode(bytes);
    const own = this.#parts.codec.name;
    if (codec === own) {
      void visitor.send(0, WELCOME, "");
      return;
    }
    const error = new TypeError(
      `Cannot connect to ${
        JSON.stringify(this.name)
      }: its codec is "${own}", and "${codec}" was asked for`,
    );
    void visitor.send(0, ERROR, encodeError(error));
  }

  #refuse(visitor: Visitor, call: number): void {
    const error = new RangeError(
      `Cannot call ${
        JSON.stringify(this.name)
      }: a request may have ${this.#longest} bytes`,
    );
    void visitor.send(call, ERROR, encodeError(error));
  }

  #dropDead(): void {
    for (const [client, visitor] of this.#visitors) {
      if (!visitor.isThere) this.#drop(client);
    }
  }

  #drop(client: number): void {
    const visitor = this.#visitors.get(client);
    if (visitor === undefined) return;
    this.#visitors.delete(client);
    visitor.leave();
  }
}
