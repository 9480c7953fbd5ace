import { Receiver, Sender } from "../channel/mod.ts";
import { type OptionNames, readOptions } from "../memory/checks/options.ts";
import {
  checkSignal,
  checkTimeout,
  type WaitOptions,
} from "../memory/waiting/wait_options.ts";
import { checkPlace, type Place } from "../store/object/place.ts";
import { type Codec, type CodecName, codecNamed } from "./codec.ts";
import { decodeError } from "./errors.ts";
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
  replyPlace,
  REQUEST_PART,
  requestHead,
  RESPONSE_HEAD,
  RESPONSE_PART,
  RESULT,
  sendFrame,
  STREAM,
  WELCOME,
} from "./frames.ts";

/** How {@linkcode Client.connect} connects. */
export interface ClientOptions extends WaitOptions {
  /** How values become bytes; the server says the same. Default: `"json"`. */
  readonly codec?: CodecName;
  /** Bytes of the ring that answers come in. Default: 2^20. */
  readonly capacity?: number;
  /** Bytes of the longest answer. Default: 2^30. */
  readonly maxResponseLength?: number;
}

const OPTION_NAMES: OptionNames<ClientOptions> = {
  codec: true,
  capacity: true,
  maxResponseLength: true,
  timeoutMs: true,
  signal: true,
};
const CALL_NAMES: OptionNames<WaitOptions> = { timeoutMs: true, signal: true };

/** A call that waits for its answer. */
interface Pending {
  readonly parts: { assembly: Assembly };
  item(value: unknown): void;
  finish(value: unknown): void;
  fail(error: unknown): void;
}

/**
 * Calls a server in another process on this machine; Linux.
 *
 * Many calls may be under way at once, and their answers come as they are ready.
 * When the server ends, by `kill -9` too, all that wait are told.
 */
export class Client implements AsyncDisposable {
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #id: bigint;
  readonly #codec: Codec;
  readonly #longest: number;
  readonly #name: string;
  readonly #pending = new Map<number, Pending>();
  readonly #loop: Promise<void>;
  readonly #welcome = Promise.withResolvers<void>();
  #lastCall = 0;
  #ended: Error | undefined;

  private constructor(
    sender: Sender,
    receiver: Receiver,
    id: bigint,
    codec: Codec,
    longest: number,
    name: string,
  ) {
    this.#sender = sender;
    this.#receiver = receiver;
    this.#id = id;
    this.#codec = codec;
    this.#longest = longest;
    this.#name = name;
    this.#welcome.promise.catch(() => {});
    this.#loop = this.#listen();
  }

  /**
   * Connects to a server, waiting until it is there.
   *
   * @param place The place that it listens at.
   * @param options How values become bytes, how long to wait, and a signal.
   * @returns The client. Rejects with `Deno.errors.TimedOut` when the time is over,
   * with the signal's reason, and with `TypeError` when the server has another
   * codec.
   */
  static async connect(place: Place, options?: ClientOptions): Promise<Client> {
    const read = readOptions(options, OPTION_NAMES, "connect");
    const { capacity = 2 ** 20, maxResponseLength = 2 ** 30 } = read;
    const codec = codecNamed(read.codec ?? "json");
    const timeoutMs = checkTimeout(read.timeoutMs);
    const signal = checkSignal(read.signal);
    const end = performance.now() + timeoutMs;
    const checked = checkPlace(place);
    using undo = new DisposableStack();
    const sender = undo.use(
      await Sender.waitFor(place, {
        timeoutMs,
        ...(signal === undefined ? {} : { signal }),
      }),
    );
    const [id = 0n] = crypto.getRandomValues(new BigUint64Array(1));
    const receiver = undo.use(
      Receiver.create(replyPlace(checked, id), { capacity, producers: "one" }),
    );
    // Unless the server did, which knows it then.
    undo.defer(() => ignoreMissing(() => receiver.unlink()));
    const client = new Client(
      sender,
      receiver,
      id,
      codec,
      maxResponseLength,
      checked.name,
    );
    const leftMs = Math.max(0, end - performance.now());
    await client.#hello(leftMs, signal);
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
  async call(request: unknown, options?: WaitOptions): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const cancel = this.#start(request, options, CALL, {
      item: () => {},
      finish: resolve,
      fail: reject,
    });
    try {
      return await promise;
    } finally {
      cancel();
    }
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
    const items: unknown[] = [];
    let ended = false;
    let failed: { error: unknown } | undefined;
    let wake = () => {};
    const cancel = this.#start(request, options, STREAM, {
      item: (value) => {
        items.push(value);
        wake();
      },
      finish: () => {
        ended = true;
        wake();
      },
      fail: (error) => {
        failed = { error };
        wake();
      },
    });
    try {
      for (let taken = 1;; taken++) {
        while (items.length === 0 && !ended && failed === undefined) {
          await new Promise<void>((resolve) => wake = resolve);
        }
        if (items.length === 0) {
          if (failed !== undefined) throw failed.error;
          return;
        }
        yield items.shift();
        if (taken % (FIRST_CREDIT / 2) === 0) cancel.credit(FIRST_CREDIT / 2);
      }
    } finally {
      cancel();
    }
  }

  /** Whether the server has ended, or this client was closed. */
  get closed(): boolean {
    return this.#ended !== undefined;
  }

  /** Leaves the server; calls that wait are rejected. */
  async close(): Promise<void> {
    this.#end(
      new Deno.errors.BadResource(
        `Cannot call ${JSON.stringify(this.#name)}: the client is closed`,
      ),
    );
    await this.#loop;
  }

  /** The same as {@linkcode Client.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #hello(
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const name = new TextEncoder().encode(this.#codec.name);
    const wait = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
    const hello = new Uint8Array(16 + name.byteLength);
    hello.set(requestHead(this.#id, 0));
    hello.set(name, 16);
    try {
      await this.#sender.send(hello, { typeId: HELLO, ...wait });
      await within(
        this.#welcome.promise,
        timeoutMs,
        signal,
        () =>
          new Deno.errors.TimedOut(
            `Cannot connect to ${
              JSON.stringify(this.#name)
            }: it did not answer within ${timeoutMs} ms`,
          ),
      );
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
      await this.#loop;
      throw error;
    }
  }

  /** Sends a request; returns what ends it. */
  #start(
    request: unknown,
    options: WaitOptions | undefined,
    last: number,
    ends: Omit<Pending, "parts">,
  ): (() => void) & { credit(count: number): void } {
    const read = readOptions(options, CALL_NAMES, "call");
    const timeoutMs = checkTimeout(read.timeoutMs);
    const signal = checkSignal(read.signal);
    signal?.throwIfAborted();
    if (this.#ended !== undefined) throw this.#ended;
    const bytes = this.#codec.encode(request);
    const call = this.#lastCall = this.#lastCall % 0xffff_ffff + 1;
    const sent = new AbortController();
    let under = true;
    const tell = (typeId: number, number = 0) => {
      if (this.#sender.closed) return;
      const message = requestHead(this.#id, call, number);
      this.#sender.send(message, { typeId }).catch(() => {});
    };
    const fail = (error: unknown) => {
      if (!under) return;
      under = false;
      this.#pending.delete(call);
      tell(CANCEL);
      sent.abort(error);
      ends.fail(error);
    };
    const aborted = () => fail(signal?.reason);
    signal?.addEventListener("abort", aborted, { once: true });
    const timer = timeoutMs === Infinity ? undefined : setTimeout(
      () =>
        fail(
          new Deno.errors.TimedOut(
            `Cannot call ${
              JSON.stringify(this.#name)
            }: it did not answer within ${timeoutMs} ms`,
          ),
        ),
      Math.min(timeoutMs, 2 ** 31 - 1),
    );
    const stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
    };
    this.#pending.set(call, {
      parts: { assembly: new Assembly() },
      item: ends.item,
      finish: (value) => {
        under = false;
        stopWaiting();
        ends.finish(value);
      },
      fail: (error) => {
        under = false;
        stopWaiting();
        sent.abort(error);
        ends.fail(error);
      },
    });
    const head = requestHead(this.#id, call);
    sendFrame(
      this.#sender,
      head,
      bytes,
      { part: REQUEST_PART, last },
      sent.signal,
    ).catch((error) => {
      // Told already, where that is why it was not sent.
      if (under) this.#pending.get(call)?.fail(error);
      this.#pending.delete(call);
    });
    const cancel = () => {
      stopWaiting();
      if (!under) return;
      under = false;
      this.#pending.delete(call);
      tell(CANCEL);
    };
    return Object.assign(cancel, {
      credit: (count: number) => {
        if (under) tell(CREDIT, count);
      },
    });
  }

  async #listen(): Promise<void> {
    let end: Error = new Deno.errors.ConnectionReset(
      `Cannot call ${JSON.stringify(this.#name)}: the server has ended`,
    );
    try {
      for await (const { typeId, bytes } of this.#receiver) {
        if (bytes.byteLength < RESPONSE_HEAD) continue;
        const call = new DataView(bytes.buffer, bytes.byteOffset)
          .getUint32(0, true);
        this.#take(typeId, call, bytes.subarray(RESPONSE_HEAD));
      }
    } catch (error) {
      if (error instanceof Error) end = error;
    }
    this.#end(end);
  }

  #take(typeId: number, call: number, bytes: Uint8Array): void {
    if (call === 0) {
      if (typeId === WELCOME) this.#welcome.resolve();
      else if (typeId === ERROR) this.#welcome.reject(decodeError(bytes));
      return;
    }
    const pending = this.#pending.get(call);
    // It was cancelled meanwhile.
    if (pending === undefined) return;
    const { parts } = pending;
    if (typeId === RESPONSE_PART) {
      if (parts.assembly.add(bytes, this.#longest)) return;
      this.#pending.delete(call);
      pending.fail(
        new RangeError(
          `Cannot call ${
            JSON.stringify(this.#name)
          }: the answer has more than ${this.#longest} bytes; connect with a larger maxResponseLength`,
        ),
      );
      return;
    }
    const whole = parts.assembly.finish(bytes);
    parts.assembly = new Assembly();
    if (typeId !== ITEM) this.#pending.delete(call);
    try {
      if (typeId === RESULT) pending.finish(this.#codec.decode(whole));
      else if (typeId === ITEM) pending.item(this.#codec.decode(whole));
      else if (typeId === END) pending.finish(undefined);
      else if (typeId === ERROR) pending.fail(decodeError(whole));
    } catch (error) {
      // What cannot be decoded.
      this.#pending.delete(call);
      pending.fail(error);
    }
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#welcome.reject(error);
    for (const pending of this.#pending.values()) pending.fail(error);
    this.#pending.clear();
    if (!this.#sender.closed) {
      try {
        // It is no matter if there is no room: the server sees that it is gone.
        this.#sender.trySend(requestHead(this.#id, 0), { typeId: BYE });
      } catch {
        // It has ended, too.
      }
    }
    this.#sender.close();
    this.#receiver.close();
  }
}

/** Waits for a promise, up to a time or a signal. */
async function within(
  promise: Promise<void>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  late: () => Error,
): Promise<void> {
  const ended = Promise.withResolvers<never>();
  const abort = () => ended.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const timer = timeoutMs === Infinity ? undefined : setTimeout(
    () => ended.reject(late()),
    Math.min(timeoutMs, 2 ** 31 - 1),
  );
  try {
    await Promise.race([promise, ended.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

function ignoreMissing(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
