import { requireStack } from "../../memory/checks/stack_room.ts";
import { type ChannelObject, removeObject } from "../object/channel_object.ts";
import { checkPlace, type Place } from "../object/place.ts";

/** How an end leaves: at the end of all, or before. */
export type Leave = "close" | "abort";

/** What makes an end. */
export interface EndParts {
  readonly object: ChannelObject;
  readonly capacity: number;
  readonly maxMessageLength: number;
  readonly label: string;
  /** Releases what the end holds, before the object is closed. */
  readonly leave: (how: Leave) => void;
}

let join: (end: ChannelEnd, parts: EndParts) => void;
let leave: (end: ChannelEnd, how: Leave) => void;
let isLinked: (end: ChannelEnd) => boolean;

/**
 * What every end of a channel has in common: `Sender`, `Receiver`, `Publisher`
 * and `Subscriber`.
 *
 * @example Show what an end belongs to
 * ```ts
 * import { type ChannelEnd, Receiver } from "@shmem/shmem/channel";
 *
 * function show(end: ChannelEnd): string {
 *   return `${end.capacity} bytes, messages up to ${end.maxMessageLength}`;
 * }
 * using receiver = Receiver.create(`/show-${crypto.randomUUID()}`, {
 *   capacity: 65536,
 * });
 * receiver.unlink();
 * console.log(show(receiver)); // 65536 bytes, messages up to 8192
 * ```
 */
export abstract class ChannelEnd implements Disposable {
  #parts: EndParts | undefined;
  #closed = false;

  static {
    join = (end, parts) => end.#parts = parts;
    isLinked = (end) => !end.#closed && end.#joined.object.isLinked;
    leave = (end, how) => {
      if (end.#closed) return;
      requireStack("close parts");
      const { object, leave } = end.#joined;
      end.#closed = true;
      try {
        // Where a program ends, its memory may have gone before.
        if (!object.mapping.closed) leave(how);
      } finally {
        object.close();
      }
    };
  }

  /**
   * Removes the name of a channel, or its file. Ends that are open go on.
   *
   * @param place Name, or `{ path }`, of the channel.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   *
   * @example Remove what a crash may have left
   * ```ts
   * import { Receiver } from "@shmem/shmem/channel";
   *
   * try {
   *   Receiver.unlinkName("/frames-of-yesterday");
   * } catch (error) {
   *   if (!(error instanceof Deno.errors.NotFound)) throw error;
   * }
   * ```
   */
  static unlinkName(place: Place): void {
    removeObject(checkPlace(place));
  }

  /**
   * The same as {@linkcode ChannelEnd.unlinkName}.
   *
   * @deprecated Use `unlinkName`, which documentation tells from `unlink()`.
   */
  static readonly unlink: (place: Place) => void = ChannelEnd.unlinkName;

  get #joined(): EndParts {
    if (this.#parts !== undefined) return this.#parts;
    throw new TypeError(
      "Cannot use this end of a channel: only create, open and waitFor make ends",
    );
  }

  /** Name of the channel, with its slash, or the path of its file. */
  get name(): string {
    return this.#joined.object.name;
  }

  /** Bytes of the data area. */
  get capacity(): number {
    return this.#joined.capacity;
  }

  /** Longest message in bytes, an eighth of the capacity. */
  get maxMessageLength(): number {
    return this.#joined.maxMessageLength;
  }

  /** The label that its creator gave it; empty when there is none. */
  get label(): string {
    return this.#joined.label;
  }

  /** Whether this end was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Removes the name of the channel, or its file. Ends that are open go on.
   *
   * @throws {Deno.errors.NotFound} When it was removed before (ENOENT).
   */
  unlink(): void {
    this.#joined.object.unlink();
  }

  /**
   * Closes this end. A sender or publisher tells the others that this was all; a
   * receiver releases the message that it received last. Harmless when it was
   * done before.
   */
  close(): void {
    leaveChannel(this, "close");
  }

  /** The same as {@linkcode ChannelEnd.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Creates an end from its parts, for the classes of ends alone. */
export function joinChannel(end: ChannelEnd, parts: EndParts): void {
  join(end, parts);
}

/** Closes an end, unless it was closed before. */
export function leaveChannel(end: ChannelEnd, how: Leave): void {
  leave(end, how);
}

/** Whether the name of an open end still leads to it, for the layers above. */
export function hasItsName(end: ChannelEnd): boolean {
  return isLinked(end);
}
