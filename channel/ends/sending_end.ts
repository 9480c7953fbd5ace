import { giveTurn, isTurnDue } from "../../memory/waiting/turns.ts";
import { ChannelEnd, leaveChannel } from "./channel_end.ts";

let prepare: (end: SendingEnd, write: Write) => void;

/** Sends a chunk of a stream. */
export type Write = (chunk: Uint8Array, signal: AbortSignal) => Promise<void>;

/**
 * What `Sender` and `Publisher` have in common.
 *
 * @example Send a stream
 * ```ts
 * import { Receiver, Sender, type SendingEnd } from "@shmem/shmem/channel";
 *
 * async function pour(end: SendingEnd, text: string): Promise<void> {
 *   await new Blob([text]).stream().pipeTo(end.writable);
 * }
 * const name = `/pour-${crypto.randomUUID()}`;
 * using receiver = Receiver.create(name);
 * await pour(Sender.open(name), "hello");
 * receiver.unlink();
 * console.log(await new Response(receiver.readable).text()); // hello
 * ```
 */
export abstract class SendingEnd extends ChannelEnd {
  #write: Write | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

  static {
    prepare = (end, write) => end.#write = write;
  }

  /**
   * A stream whose bytes are sent as messages of type 1. A sender sends chunks
   * that are longer than a message may be in pieces; a publisher fails for them.
   * Closing the stream closes this; aborting it does too, and lets the other side
   * fail.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream({
      write: async (chunk, { signal }) => {
        try {
          await this.#write?.(chunk, signal);
          // Else a source that is always ready keeps timers and signals waiting.
          if (isTurnDue()) await giveTurn();
        } catch (error) {
          this.abort();
          throw error;
        }
      },
      close: () => this.close(),
      abort: () => this.abort(),
    });
  }

  /**
   * Aborts: the other side receives what was sent, and then fails with
   * `Deno.errors.ConnectionAborted`. Harmless when it is closed.
   */
  abort(): void {
    leaveChannel(this, "abort");
  }
}

/** Says how chunks of streams are sent. */
export function sendChunksBy(end: SendingEnd, write: Write): void {
  prepare(end, write);
}
