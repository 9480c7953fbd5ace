import { forEachBatch } from "../../channel/ends/message_reader.ts";
import { Receiver } from "../../channel/mod.ts";
import { requireStack } from "../../memory/checks/stack_room.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import {
  type CheckedPlace,
  checkPlace,
  type Place,
} from "../../store/object/place.ts";
import type { Patience } from "../../store/object/wait_for.ts";
import { type CallsParts, ClientCalls, serverEnded } from "./client_calls.ts";
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
/** How often a client that waits to be welcomed looks whether the server is there. */
const LOOK_MS = 100;
/** How long it waits before it looks for the next one. */
const PAUSE_MS = 10;
/** Bytes of the longest reason that a server may refuse a client with. */
const LONGEST_REFUSAL = 2 ** 16;

function ignore(): void {}

/**
 * Calls a server in another process on this machine; Linux.
 *
 * Many calls may be under way at once, and their answers come as they are ready.
 * When the server ends, by `kill -9` too, all that wait are told.
 *
 * @example Call, with a limit of time
 * ```ts
 * import { Client, Server } from "@shmem/shmem/rpc";
 *
 * const name = `/squares-${crypto.randomUUID()}`;
 * await using _server = Server.listen(name, (x) => Number(x) ** 2);
 * await using client = await Client.connect(name); // another process
 * console.log(await client.call(12, { timeoutMs: 30_000 })); // 144
 * ```
 */
export class Client implements AsyncDisposable {
  readonly #parts: CallsParts;
  readonly #receiver: Receiver;
  readonly #calls: ClientCalls;
  readonly #loop: Promise<void>;
  readonly #welcome = Promise.withResolvers<void>();
  /** The reason of the server that refuses it, until it is welcomed. */
  #refusal: Assembly | undefined = new Assembly();
  #ended: Error | undefined;

  private constructor(parts: CallsParts, receiver: Receiver) {
    this.#parts = parts;
    this.#receiver = receiver;
    this.#calls = new ClientCalls(parts);
    this.#welcome.promise.catch(() => {});
    this.#loop = this.#listen();
  }

  /**
   * Connects to a server, waiting until it is there. When that one ends before it
   * has answered, it waits for the next.
   *
   * @param place The place that it listens at.
   * @param options How values become bytes, how long to wait, and a signal.
   * @returns The client. Rejects with `Deno.errors.TimedOut` when the time is over,
   * also when the server has no ring with room and cannot make one; with the signal's
   * reason, with `TypeError` when the server has another codec, and with
   * `Deno.errors.Busy` when it has as many clients as it takes.
   */
  static async connect(place: Place, options?: ClientOptions): Promise<Client> {
    const checked = checkPlace(place);
    const read = readClientOptions(options);
    for (;;) {
      try {
        return await Client.#connectOnce(checked, read);
      } catch (error) {
        const hasEnded = error instanceof Deno.errors.ConnectionReset ||
          error instanceof Deno.errors.BrokenPipe;
        if (!hasEnded) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  static async #connectOnce(
    checked: CheckedPlace,
    { codec, capacity, longest, patience }: ReturnType<
      typeof readClientOptions
    >,
  ): Promise<Client> {
    const { end, signal } = patience;
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
    const look = setInterval(() => {
      if (sender.hasReceiver) return;
      this.#welcome.reject(
        new Deno.errors.ConnectionReset(
          `Cannot connect to ${
            JSON.stringify(name)
          }: the server ended before it answered`,
        ),
      );
    }, LOOK_MS);
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
    } finally {
      clearInterval(look);
    }
  }

  async #listen(): Promise<void> {
    let end: Error = serverEnded(this.#parts.name);
    try {
      await forEachBatch(this.#receiver, (messages) => {
        for (const { typeId, bytes } of messages) {
          if (bytes.byteLength < RESPONSE_HEAD) continue;
          const call = readWord(bytes, 0);
          this.#take(typeId, call, bytes.subarray(RESPONSE_HEAD));
        }
      });
    } catch (error) {
      if (error instanceof Error) end = error;
    }
    this.#end(end);
  }

  #take(typeId: number, call: number, bytes: Uint8Array): void {
    if (call !== 0) return this.#calls.take(typeId, call, bytes);
    if (this.#refusal === undefined) return;
    if (typeId === WELCOME) {
      this.#refusal = undefined;
      this.#welcome.resolve();
    } else if (typeId === ERROR) {
      this.#welcome.reject(decodeError(this.#refusal.finish(bytes)));
      this.#refusal = undefined;
    } else if (
      // In a small ring the reason comes in parts.
      typeId === RESPONSE_PART && !this.#refusal.add(bytes, LONGEST_REFUSAL)
    ) {
      this.#refusal = undefined;
      this.#end(
        new RangeError(
          `Cannot connect to ${
            JSON.stringify(this.#parts.name)
          }: what it answers is longer than ${LONGEST_REFUSAL} bytes, so it is no server of this library`,
        ),
      );
    }
  }

  #requireOpen(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    requireStack("close parts");
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
