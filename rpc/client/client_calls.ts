import type { Sender } from "../../channel/mod.ts";
import type { Patience } from "../../store/object/wait_for.ts";
import type { Codec } from "../wire/codec.ts";
import { decodeError } from "../wire/errors.ts";
import {
  CANCEL,
  CREDIT,
  END,
  ERROR,
  ITEM,
  REQUEST_PART,
  requestHead,
  RESPONSE_PART,
  RESULT,
  sendFrame,
  trySendFrame,
} from "../wire/frames.ts";
import { type Answer, PendingCall } from "./pending_call.ts";

/** What the calls of a client have in common. */
export interface CallsParts {
  readonly sender: Sender;
  /** The client's number. */
  readonly id: bigint;
  readonly codec: Codec;
  /** Bytes of the longest answer. */
  readonly longest: number;
  /** The server's name. */
  readonly name: string;
}

/** A call as the one who made it has it. */
export interface StartedCall {
  /** Gives it up, unless it has ended. */
  cancel(): void;
  /** Lets the server send more items of a stream. */
  addCredit(count: number): void;
}

/** The calls of a client that are under way. */
export class ClientCalls {
  readonly #parts: CallsParts;
  readonly #pending = new Map<number, PendingCall>();
  #last = 0;

  /** Has none yet. */
  constructor(parts: CallsParts) {
    this.#parts = parts;
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
  ): StartedCall {
    const { codec, name } = this.#parts;
    const bytes = codec.encode(request);
    const number = this.#last = this.#last % 0xffff_ffff + 1;
    const call = new PendingCall(answer, {
      cancel: () => {
        this.#pending.delete(number);
        this.#tell(CANCEL, number);
      },
      late: (timeoutMs) =>
        new Deno.errors.TimedOut(
          `Cannot call ${
            JSON.stringify(name)
          }: it did not answer within ${timeoutMs} ms`,
        ),
    }, patience);
    this.#pending.set(number, call);
    this.#send(type, number, bytes, call);
    return {
      cancel: () => call.cancel(),
      addCredit: (count) => {
        if (!call.isOver) this.#tell(CREDIT, number, count);
      },
    };
  }

  /** Takes a message of the server that concerns a call. */
  take(type: number, number: number, bytes: Uint8Array): void {
    const call = this.#pending.get(number);
    // It was cancelled meanwhile.
    if (call === undefined) return;
    if (type === RESPONSE_PART) {
      if (call.addPart(bytes, this.#parts.longest)) return;
      this.#pending.delete(number);
      call.fail(this.#tooLong());
      return;
    }
    const whole = call.whole(bytes);
    if (type !== ITEM) this.#pending.delete(number);
    try {
      this.#hand(call, type, whole);
    } catch (error) {
      // What cannot be decoded.
      this.#pending.delete(number);
      call.fail(error);
    }
  }

  /** Ends all: no answer will come. */
  failAll(error: Error): void {
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) call.fail(error);
  }

  #send(
    type: number,
    number: number,
    bytes: Uint8Array,
    call: PendingCall,
  ): void {
    const { sender, id } = this.#parts;
    const head = requestHead(id, number);
    const fail = (error: unknown) => {
      this.#pending.delete(number);
      call.fail(error);
    };
    try {
      if (trySendFrame(sender, head, bytes, type)) return;
    } catch (error) {
      return fail(error);
    }
    const types = { part: REQUEST_PART, last: type };
    sendFrame(sender, head, bytes, types, call.sending).catch(fail);
  }

  #hand(call: PendingCall, type: number, whole: Uint8Array): void {
    const { codec } = this.#parts;
    if (type === RESULT) call.finish(codec.decode(whole));
    else if (type === ITEM) call.item(codec.decode(whole));
    else if (type === END) call.finish(undefined);
    else if (type === ERROR) call.fail(decodeError(whole));
  }

  #tell(typeId: number, call: number, number = 0): void {
    const { sender, id } = this.#parts;
    if (sender.closed) return;
    const message = requestHead(id, call, number);
    sender.send(message, { typeId }).catch(() => {});
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
