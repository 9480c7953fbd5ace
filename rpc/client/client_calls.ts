import type { Sender } from "../../channel/mod.ts";
import type { Patience } from "../../store/object/wait_for.ts";
import type { Codec } from "../wire/codec.ts";
import { decodeError } from "../wire/errors.ts";
import { FrameSender } from "../wire/frame_sender.ts";
import {
  CANCEL,
  CREDIT,
  END,
  ERROR,
  isAnswer,
  ITEM,
  REQUEST_HEAD,
  REQUEST_PART,
  RESPONSE_PART,
  RESULT,
  setClient,
} from "../wire/frames.ts";
import { type Answer, type CallOwner, PendingCall } from "./pending_call.ts";

/** What the calls of a client have in common. */
export interface CallsParts {
  readonly sender: Sender;
  /** The client's number. */
  readonly id: number;
  readonly codec: Codec;
  /** Bytes of the longest answer. */
  readonly longest: number;
  /** The server's name. */
  readonly name: string;
}

/** The calls of a client that are under way. */
export class ClientCalls implements CallOwner {
  readonly #parts: CallsParts;
  readonly #frames: FrameSender;
  readonly #pending = new Map<number, PendingCall>();
  #last = 0;

  /** Has none yet. */
  constructor(parts: CallsParts) {
    this.#parts = parts;
    this.#frames = new FrameSender(parts.sender, REQUEST_HEAD, REQUEST_PART);
  }

  /**
   * Sends a request.
   *
   * @param type What it is, of `frames.ts`.
   */
  start(
    request: unknown,
    type: number,
    answer: Answer,
    patience: Pick<Patience, "timeoutMs" | "signal">,
  ): PendingCall {
    const content = this.#parts.codec.encode(request);
    const number = this.#last = this.#last % 0xffff_ffff + 1;
    const call = new PendingCall(number, answer, this, patience);
    this.#pending.set(number, call);
    try {
      this.#setHead(number, 0);
      if (this.#frames.trySend(type, content)) return call;
    } catch (error) {
      this.#fail(number, call, error);
      return call;
    }
    this.#frames.send(type, content, call.sending).catch((error) =>
      this.#fail(number, call, error)
    );
    return call;
  }

  /** Takes a message of the server that concerns a call. */
  take(type: number, number: number, bytes: Uint8Array): void {
    const call = this.#pending.get(number);
    // It was cancelled meanwhile.
    if (call === undefined) return;
    // Another program overwrote it: the call waits for its answer still.
    if (!isAnswer(type)) return;
    if (type === RESPONSE_PART) {
      if (call.addPart(bytes, this.#parts.longest)) return;
      this.cancel(number);
      call.fail(this.#tooLong());
      return;
    }
    const whole = call.whole(bytes);
    if (type !== ITEM) this.#pending.delete(number);
    if (type !== ERROR && whole.byteLength > this.#parts.longest) {
      if (type === ITEM) this.cancel(number);
      call.fail(this.#tooLong());
      return;
    }
    try {
      this.#hand(call, type, whole);
    } catch (error) {
      // What cannot be decoded, or was not asked for.
      if (type === ITEM) this.cancel(number);
      call.fail(error);
    }
  }

  /** Ends all: no answer will come. */
  failAll(error: Error): void {
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) call.fail(error);
  }

  /** Tells the server, when it is to end a call. */
  cancel(call: number): void {
    this.#pending.delete(call);
    this.#tell(CANCEL, call);
  }

  /** Tells the server how many more items of a stream it may send. */
  addCredit(call: number, count: number): void {
    this.#tell(CREDIT, call, count);
  }

  /** Makes the error of a call whose time is over. */
  late(timeoutMs: number): Error {
    return new Deno.errors.TimedOut(
      `Cannot call ${
        JSON.stringify(this.#parts.name)
      }: it did not answer within ${timeoutMs} ms`,
    );
  }

  #fail(number: number, call: PendingCall, error: unknown): void {
    this.#pending.delete(number);
    call.fail(this.#reasonOf(error));
  }

  #hand(call: PendingCall, type: number, whole: Uint8Array): void {
    const { codec } = this.#parts;
    if (type === RESULT) call.finish(codec.decode(whole));
    else if (type === ITEM) call.item(codec.decode(whole));
    else if (type === END) call.finish(undefined);
    else if (type === ERROR) call.fail(decodeError(whole));
  }

  #tell(type: number, call: number, number = 0): void {
    if (this.#parts.sender.closed) return;
    this.#setHead(call, number);
    // In its turn behind what waits to be sent, the parts of this call for one.
    this.#frames.send(type, "").catch(() => {});
  }

  #setHead(call: number, number: number): void {
    const { head } = this.#frames;
    setClient(head, this.#parts.id);
    head.setUint32(8, call, true);
    head.setUint32(12, number, true);
  }

  /** What a caller is told when a request cannot be sent. */
  #reasonOf(error: unknown): unknown {
    // Sending notices the end of the server earlier than receiving may.
    const hasEnded = error instanceof Deno.errors.BrokenPipe;
    return hasEnded ? serverEnded(this.#parts.name) : error;
  }

  #tooLong(): Error {
    const { name, longest } = this.#parts;
    return new RangeError(
      `Cannot call ${
        JSON.stringify(name)
      }: the answer has more than ${longest} bytes; connect with a larger maxResponseLength`,
    );
  }
}

/** What all are told whose server has ended. */
export function serverEnded(name: string): Error {
  return new Deno.errors.ConnectionReset(
    `Cannot call ${
      JSON.stringify(name)
    }: the server has ended; connect again, which waits for the next one`,
  );
}
