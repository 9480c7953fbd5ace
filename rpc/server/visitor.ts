import { receiverSleeps, wakeReceiver } from "../../channel/ends/sender.ts";
import type { Message, Sender } from "../../channel/mod.ts";
import type { Answering } from "./answering.ts";
import { Assembly } from "../wire/assembly.ts";
import { FrameSender } from "../wire/frame_sender.ts";
import { clientText, RESPONSE_HEAD, RESPONSE_PART } from "../wire/frames.ts";
import type { Sleeper, Wakes } from "./wakes.ts";

/** A request of which some parts have come; no parts when it was too long. */
interface Unfinished {
  readonly call: number;
  readonly parts: Assembly | undefined;
}

/** A client that is there: its calls, and the channel to it. */
export class Visitor implements Sleeper {
  /** Tells it from others, as handlers are told. */
  readonly id: string;
  /** Its calls that are being answered, by their numbers. */
  readonly answering = new Map<number, Answering>();
  readonly #sender: Sender;
  readonly #frames: FrameSender;
  /** What came since it had as many calls as it may, until that is looked at again. */
  held: Message[] | undefined;
  /** The request that comes in parts. */
  #unfinished: Unfinished | undefined;
  readonly #wakes: Wakes;
  readonly #gone: () => void;
  /** How many messages wait until it has read others. */
  #waiting = 0;

  /**
   * Has come.
   *
   * @param wakes Wakes it when something was sent.
   * @param gone Called when something cannot be sent to it.
   */
  constructor(
    client: number,
    sender: Sender,
    wakes: Wakes,
    gone: () => void,
  ) {
    this.id = clientText(client);
    this.#sender = sender;
    this.#frames = new FrameSender(sender, RESPONSE_HEAD, RESPONSE_PART);
    this.#wakes = wakes;
    this.#gone = gone;
  }

  /** Whether its process is there still. */
  get isThere(): boolean {
    return !this.#sender.closed && this.#sender.hasReceiver;
  }

  /** How many of its calls are being answered, or have answers that it must take. */
  get underWay(): number {
    return Math.max(this.answering.size, this.#waiting);
  }

  /**
   * Adds a part of a request; false when that becomes too long. Clients send the
   * parts of one request at a time: where another one begins, it was given up.
   */
  addPart(call: number, bytes: Uint8Array, longest: number): boolean {
    if (this.#unfinished?.call !== call) {
      this.#unfinished = { call, parts: new Assembly() };
    }
    const { parts } = this.#unfinished;
    if (parts === undefined) return true;
    if (parts.add(bytes, longest)) return true;
    this.#unfinished = { call, parts: undefined };
    return false;
  }

  /**
   * The whole request with its last part; nothing when it is too long, or the rest
   * of one that was.
   */
  whole(
    call: number,
    bytes: Uint8Array,
    longest: number,
  ): Uint8Array | undefined {
    if (this.#unfinished?.call !== call) {
      return bytes.byteLength > longest ? undefined : bytes;
    }
    const { parts } = this.#unfinished;
    this.#unfinished = undefined;
    if (parts === undefined) return undefined;
    const length = parts.byteLength + bytes.byteLength;
    return length > longest ? undefined : parts.finish(bytes);
  }

  /** Forgets the parts of a request that came so far. */
  forgetParts(call: number): void {
    if (this.#unfinished?.call === call) this.#unfinished = undefined;
  }

  /**
   * Sends something to it: at once when there is room, else when there is.
   *
   * @returns A promise when it has to wait, or when it comes in parts. Rejects with
   * `TypeError` when its memory is given away meanwhile.
   */
  send(
    call: number,
    type: number,
    content: string | Uint8Array,
  ): Promise<void> | void {
    this.#frames.head.setUint32(0, call, true);
    try {
      if (this.#frames.trySendSilently(type, content)) {
        if (receiverSleeps(this.#sender)) this.#wakes.wake(this);
        return;
      }
    } catch {
      // It died or left: there is no one to tell.
      return this.#gone();
    }
    return this.#sendLater(call, type, content);
  }

  async #sendLater(
    call: number,
    type: number,
    content: string | Uint8Array,
  ): Promise<void> {
    this.#waiting++;
    try {
      await this.#frames.send(type, content);
    } catch (error) {
      if (!(error instanceof TypeError)) return this.#gone();
      // Its memory was given away between two parts: there, what came is forgotten.
      await this.send(call, RESPONSE_PART, "");
      throw error;
    } finally {
      this.#waiting--;
    }
  }

  /** Wakes it for what was sent. */
  wake(): void {
    wakeReceiver(this.#sender);
  }

  /** Has gone, or the server has: aborts its calls. */
  leave(): void {
    const reason = new Deno.errors.ConnectionReset(
      `The client ${this.id}, or the server, has ended`,
    );
    for (const answering of this.answering.values()) answering.abort(reason);
    this.#sender.close();
  }
}
