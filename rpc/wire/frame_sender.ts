import {
  byteLengthOf,
  partOf,
  setBytes,
} from "../../channel/buffers/typed_arrays.ts";
import { SendQueue } from "../../channel/carrier/send_queue.ts";
import { trySendSilently, trySendTyped } from "../../channel/ends/sender.ts";
import type { Sender } from "../../channel/mod.ts";

/** Longest frame that is put together in memory that stays. */
const ROOM = 4096;
/** UTF-8 takes three bytes at most for each unit of a text. */
const UTF8_MOST = 3;

const encoder = new TextEncoder();

/**
 * Where frames are put together. One for all senders with heads of a length, as a
 * frame is copied into its ring before the next one begins: a server with a thousand
 * clients finds it in the processor's cache.
 */
class Frame {
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(ROOM);
  readonly body: Uint8Array<ArrayBuffer>;
  readonly head: DataView;
  /** Views of the frame by their lengths: each new one takes as long as a copy. */
  readonly views: (Uint8Array<ArrayBuffer> | undefined)[] = [];

  constructor(headLength: number) {
    this.body = this.bytes.subarray(headLength);
    this.head = new DataView(this.bytes.buffer, 0, headLength);
  }
}

const frames = new Map<number, Frame>();

function frameFor(headLength: number): Frame {
  const frame = frames.get(headLength) ?? new Frame(headLength);
  frames.set(headLength, frame);
  return frame;
}

/**
 * Sends bytes behind a head over a channel: at once where they fit into a message
 * and there is room for it, else in parts as there is room.
 */
export class FrameSender {
  readonly #sender: Sender;
  readonly #headLength: number;
  readonly #partType: number;
  readonly #frame: Frame;
  readonly #room: number;
  /** What goes in parts, one frame behind the other. */
  readonly #queue = new SendQueue();
  /** Fields of the head, all to be set right before something is sent. */
  readonly head: DataView;

  /**
   * Sends over a channel.
   *
   * @param partType The type of a message that is not the last of its frame.
   */
  constructor(sender: Sender, headLength: number, partType: number) {
    this.#sender = sender;
    this.#headLength = headLength;
    this.#partType = partType;
    this.#frame = frameFor(headLength);
    this.head = this.#frame.head;
    this.#room = Math.min(ROOM, sender.maxMessageLength) - headLength;
  }

  /**
   * Sends a frame at once, if that can be.
   *
   * @param typeId What it is.
   */
  trySend(typeId: number, content: string | Uint8Array): boolean {
    const frame = this.#frameOf(content);
    return frame !== undefined && trySendTyped(this.#sender, typeId, frame);
  }

  /** The same, but a receiver that sleeps is to be woken by `wakeReceiver`. */
  trySendSilently(typeId: number, content: string | Uint8Array): boolean {
    const frame = this.#frameOf(content);
    return frame !== undefined &&
      trySendSilently(this.#sender, typeId, frame);
  }

  /**
   * Sends a frame as there is room, with the head as it is now. Those that go in
   * parts go one after the other, so that a server has one of each client to put
   * together.
   */
  async send(
    typeId: number,
    content: string | Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    const head = this.#frame.bytes.slice(0, this.#headLength);
    const bytes = typeof content === "string"
      ? encoder.encode(content)
      : content;
    const room = this.#sender.maxMessageLength - head.byteLength;
    const wait = signal === undefined ? {} : { signal };
    // Its owner may shrink or transfer it between two parts.
    const byteLength = byteLengthOf(bytes);
    if (byteLength <= room) {
      await this.#sender.send(joined(head, bytes), { typeId, ...wait });
      return;
    }
    await this.#queue.enter(wait, async () => {
      let start = 0;
      for (; byteLength - start > room; start += room) {
        const part = joined(head, cut(bytes, start, start + room));
        await this.#sender.send(part, { typeId: this.#partType, ...wait });
      }
      const last = joined(head, cut(bytes, start, byteLength));
      await this.#sender.send(last, { typeId, ...wait });
    });
  }

  /** The head and the content, if that fits. */
  #frameOf(content: string | Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const length = this.#write(content);
    if (length === undefined) return undefined;
    const end = this.#headLength + length;
    const { views, bytes } = this.#frame;
    return views[end] ??= bytes.subarray(0, end);
  }

  /** Writes the content behind the head; returns its length, if it fits. */
  #write(content: string | Uint8Array): number | undefined {
    if (typeof content !== "string") {
      const length = byteLengthOf(content);
      if (length > this.#room) return undefined;
      setBytes(this.#frame.body, content, 0);
      return length;
    }
    if (content.length * UTF8_MOST > this.#room) return undefined;
    return encoder.encodeInto(content, this.#frame.body).written;
  }
}

/** Bytes of a content that goes in parts, if they are still there. */
function cut(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (byteLengthOf(bytes) < end) {
    throw new TypeError(
      "Cannot send: the memory of the bytes was transferred or shrunk while they were sent in parts; keep it until the call is over, or pass a copy",
    );
  }
  return partOf(bytes, start, end - start);
}

function joined(head: Uint8Array, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(head.byteLength + bytes.byteLength);
  message.set(head);
  message.set(bytes, head.byteLength);
  return message;
}
