/**
 * Watching descriptors in the event loop, on no thread of the pool.
 *
 * @module
 */

import { closeDescriptor } from "../../ffi/files/open.ts";

/** How much is read at once. */
const BUFFER_LENGTH = 256;

/** The part of a socket of `node:net` that is used. */
interface Watched {
  on(event: "close" | "error", listener: () => void): void;
  resume(): void;
  ref(): void;
  unref(): void;
  destroy(): void;
}

/** What happens to a descriptor that is watched. */
export interface DescriptorEvents {
  /**
   * Called when something was written.
   *
   * @param bytes Where it stands; what stands there later is something else.
   * @param length How much of it there is. When that is all of `bytes`, there may
   * be more, and there may have been more than the pipe had room for.
   */
  readonly onData: (bytes: Uint8Array, length: number) => void;
  /** Called once, when no process has it open for writing any more, or it cannot be watched. */
  readonly onEnd: () => void;
}

/** A watch over a descriptor that is open for reading, which belongs to the watch. */
export class DescriptorWatch {
  readonly #fd: number;
  #socket: Watched | undefined;
  #keepsAlive = false;
  #closed = false;

  /** Takes the descriptor over, and starts to watch it soon. */
  constructor(fd: number, events: DescriptorEvents) {
    this.#fd = fd;
    this.#start(events).catch(events.onEnd);
  }

  /** Whether it watches by now. */
  get isStarted(): boolean {
    return this.#socket !== undefined;
  }

  /** Sets whether it keeps the program alive. Default: it does not. */
  keepAlive(on: boolean): void {
    this.#keepsAlive = on;
    if (on) this.#socket?.ref();
    else this.#socket?.unref();
  }

  /**
   * Ends the watch and closes the descriptor, once: the socket closes it before
   * `destroy()` returns. To close it by number instead would leave the event loop
   * with a number that soon belongs to another file.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#socket === undefined) closeDescriptor(this.#fd);
    else this.#socket.destroy();
  }

  async #start({ onData, onEnd }: DescriptorEvents): Promise<void> {
    // Not imported before it is needed: it takes 14 ms and 10 MB.
    const { Socket } = await import("node:net");
    if (this.#closed) return;
    const fd = this.#fd;
    // Into one buffer, past the machinery of streams: it wakes up a third sooner.
    const onread = {
      buffer: new Uint8Array(BUFFER_LENGTH),
      callback: (length: number, bytes: Uint8Array) => {
        onData(bytes, length);
        return true;
      },
    };
    const socket: Watched = new Socket({
      fd,
      readable: true,
      writable: false,
      onread,
    });
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("close", onEnd);
    socket.resume();
    this.keepAlive(this.#keepsAlive);
  }
}
