import { Receiver } from "../../channel/mod.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import { checkPlace, type Place } from "../../store/object/place.ts";
import type { Patience } from "../../store/object/wait_for.ts";
import { type CallsParts, ClientCalls } from "./client_calls.ts";
import {
  type ClientOptions,
  readCallOptions,
  readClientOptions,
} from "./client_options.ts";
import { streamItems } from "./client_stream.ts";
import { joinServer } from "./join_server.ts";
import { Assembly } from "../wire/assembly.ts";
import { decodeError } from "../wire/errors.ts";
import {
  BYE,
  CALL,
  ERROR,
  HELLO,
  newClient,
  readWord,
  replyPlace,
  requestMessage,
  RESPONSE_HEAD,
  RESPONSE_PART,
  STREAM,
  WELCOME,
} from "../wire/frames.ts";
import { ignoreMissing } from "../wire/ignore_missing.ts";
import { within } from "./within.ts";

const NOTHING = new Uint8Array(0);

function ignore(): void {}

/**
 * Calls a server in another process on this machine; Linux.
 *
 * Many calls may be under way at once, and their answers come as they are ready.
 * When the server ends, by `kill -9` too, all that wait are told.
 */
export class Client implements AsyncDisposable {
  readonly #parts: CallsParts;
  readonly #receiver: Receiver;
  readonly #calls: ClientCalls;
  readonly #loop: Promise<void>;
  readonly #welcome = Promise.withResolvers<void>();
  readonly #refusal = new Assembly();
  #ended: Error | undefined;

  private constructor(parts: CallsParts, receiver: Receiver) {
    this.#parts = parts;
    this.#receiver = receiver;
    this.#calls = new ClientCalls(parts);
    this.#welcome.promise.catch(() => {});
    this.#loop = this.#listen();
  }

  /**
   * Connects to a server, waiting until it is there.
   *
   * @param place The place that it listens at.
   * @param options How values become bytes, how long to wait, and a signal.
   * @returns The client. Rejects with `Deno.errors.TimedOut` when the time is over,
   * with the signal's reason, with `TypeError` when the server has another codec,
   * and with `Deno.errors.Busy` when it has as many clients as it takes.
   */
  static async connect(place: Place, options?: ClientOptions): Promise<Client> {
    const { codec, capacity, longest, patience } = readClientOptions(options);
    const { end, signal } = patience;
    const checked = checkPlace(place);
    using undo = new DisposableStack();
    const sender = undo.use(await joinServer(checked, patience));
    const id = newClient();
    const receiver = undo.use(
      Receiver.create(replyPlace(checked, id), { capacity, producers: "one" }),
    );
    // Unless the server did, which knows it then.
    undo.defer(() => ignoreMissing(() => receiver.unlink()));
    const { name } = checked;
    const client = new Client({ sender, id, codec, longest, name }, receiver);
    await client.#hello({
      timeoutMs: Math.max(0, end - performance.now()),
      signal,
    });
    undo.move();
    return client;
  }

  /**
   * Calls the server, and waits for its answer.
   *
   * @param request What its handler is given.
   * @param options How long to wait, and a signal; both cancel the call there.
   * @returns The answer. Rejects with an error of the same class and code as the
   * one that the handler threw, with `Deno.errors.TimedOut` when the time is over,
   * with the signal's reason, or with `Deno.errors.ConnectionReset` when the server
   * ends.
   */
  call(request: unknown, options?: WaitOptions): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    try {
      const patience = readCallOptions(options);
      this.#requireOpen();
      const answer = { item: ignore, finish: resolve, fail: reject };
      this.#calls.start(request, CALL, answer, patience);
    } catch (error) {
      reject(error);
    }
    return promise;
  }

  /**
   * Calls the server, and goes through the stream that it answers with. The server
   * makes no more than a few items ahead. Ending the loop cancels the call.
   *
   * @param request What its handler is given.
   * @param options How long all of it may take, and a signal.
   */
  async *stream(
    request: unknown,
    options?: WaitOptions,
  ): AsyncGenerator<unknown, void> {
    const patience = readCallOptions(options);
    this.#requireOpen();
    yield* streamItems((answer) =>
      this.#calls.start(request, STREAM, answer, patience)
    );
  }

  /** Whether the server has ended, or this client was closed. */
  get closed(): boolean {
    return this.#ended !== undefined;
  }

  /** Leaves the server; calls that wait are rejected. */
  async close(): Promise<void> {
    this.#end(
      new Deno.errors.BadResource(
        `Cannot call ${JSON.stringify(this.#parts.name)}: the client is closed`,
      ),
    );
    await this.#loop;
  }

  /** The same as {@linkcode Client.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #hello(
    patience: Pick<Patience, "timeoutMs" | "signal">,
  ): Promise<void> {
    const { sender, id, codec, name } = this.#parts;
    const { timeoutMs, signal } = patience;
    const hello = requestMessage(id, new TextEncoder().encode(codec.name));
    try {
      await sender.send(hello, {
        typeId: HELLO,
        timeoutMs,
        ...(signal === undefined ? {} : { signal }),
      });
      await within(
        this.#welcome.promise,
        patience,
        () =>
          new Deno.errors.TimedOut(
            `Cannot connect to ${
              JSON.stringify(name)
            }: it did not answer within ${timeoutMs} ms`,
          ),
      );
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
      await this.#loop;
      throw error;
    }
  }

  async #listen(): Promise<void> {
    let end: Error = new Deno.errors.ConnectionReset(
      `Cannot call ${JSON.stringify(this.#parts.name)}: the server has ended`,
    );
    try {
      for await (const messages of this.#receiver.batches()) {
        for (const { typeId, bytes } of messages) {
          if (bytes.byteLength < RESPONSE_HEAD) continue;
          const call = readWord(bytes, 0);
          this.#take(typeId, call, bytes.subarray(RESPONSE_HEAD));
        }
      }
    } catch (error) {
      if (error instanceof Error) end = error;
    }
    this.#end(end);
  }

  #take(typeId: number, call: number, bytes: Uint8Array): void {
    if (call !== 0) return this.#calls.take(typeId, call, bytes);
    if (typeId === WELCOME) this.#welcome.resolve();
    // In a small ring the reason comes in parts.
    else if (typeId === RESPONSE_PART) this.#refusal.add(bytes, Infinity);
    else if (typeId === ERROR) {
      this.#welcome.reject(decodeError(this.#refusal.finish(bytes)));
    }
  }

  #requireOpen(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#welcome.reject(error);
    this.#calls.failAll(error);
    const { sender, id } = this.#parts;
    if (!sender.closed) {
      try {
        // It is no matter if there is no room: the server sees that it is gone.
        sender.trySend(requestMessage(id, NOTHING), { typeId: BYE });
      } catch {
        // It has ended, too.
      }
    }
    sender.close();
    this.#receiver.close();
  }
}
