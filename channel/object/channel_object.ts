/**
 * The shared object that a channel lies in, and the locks by which participants
 * know that one of them is there: the kernel releases a lock when its process
 * ends, in whatever way.
 *
 * @module
 */

import type { MappedFile } from "../../memory/file/mapped_file.ts";
import { removeFile } from "../../memory/file/removal.ts";
import {
  isByteLocked,
  isLinked,
  refuseSuccessor,
  tryLockByte,
  unlockByte,
} from "../../memory/locks/byte_lock.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import type { ObjectAccess } from "../../memory/posix/object_options.ts";
import { SharedMemory } from "../../memory/posix/shared_memory.ts";
import { channelAt, type CheckedPlace } from "./place.ts";

/** Locks lie far behind the end of any object. */
const LOCKS_START = 2 ** 40;

/** Which byte a participant locks; senders have one each, from the last on. */
export const LOCKS = {
  receiver: LOCKS_START,
  publisher: LOCKS_START + 1,
  senders: LOCKS_START + 64,
} as const;

/** The object of a channel, mapped, until it is closed. */
export class ChannelObject<A extends ObjectAccess = ObjectAccess> {
  /** How messages call it: `channel "/frames"`. */
  readonly what: string;
  /** Its name with a slash, or its path. */
  readonly name: string;
  /** All of its memory. */
  readonly mapping: Mapping<A>;
  readonly #place: CheckedPlace;
  readonly #handle: SharedMemory<A> | MappedFile<A>;

  /** Maps it; closes it when that fails, and removes what was created. */
  constructor(place: CheckedPlace, handle: SharedMemory<A> | MappedFile<A>) {
    using undo = new DisposableStack();
    undo.defer(() => {
      if (handle.created) removeObject(place);
      handle.close();
    });
    this.#place = place;
    this.#handle = handle;
    this.name = place.name;
    this.what = channelAt(place);
    this.mapping = handle.map();
    undo.move();
  }

  /** Size of the object in bytes. */
  get size(): number {
    return this.mapping.byteLength;
  }

  /** Whether this handle created it. */
  get created(): boolean {
    return this.#handle.created;
  }

  /** Tries to take a lock of {@linkcode LOCKS}. */
  tryLock(lock: number): boolean {
    return tryLockByte(this.#handle, lock, `lock ${this.what}`);
  }

  /** Releases a lock. */
  unlock(lock: number): void {
    unlockByte(this.#handle, lock, `unlock ${this.what}`);
  }

  /** Whether another participant has a lock. */
  isLocked(lock: number): boolean {
    return isByteLocked(this.#handle, lock, `look at ${this.what}`);
  }

  /** Whether it has its name still, or its file is there: nobody removed it. */
  get isLinked(): boolean {
    return isLinked(this.#handle, `look at ${this.what}`);
  }

  /** Removes the name, or the file. */
  unlink(): void {
    // One that is closed cannot ask.
    if (!this.mapping.closed) {
      refuseSuccessor(this.#handle, this.#place, this.what);
    }
    removeObject(this.#place);
  }

  /** Unmaps and closes it, which releases all its locks. */
  close(): void {
    // Descriptors live until the mappings made from them are gone.
    this.#handle.close();
    this.mapping.unmap();
  }

  /**
   * The same, for one that could not be made whole: it leaves nothing behind.
   * Does nothing when it was closed, as it is where others use it already.
   */
  abandon(): void {
    if (this.mapping.closed) return;
    if (this.created) this.unlink();
    this.close();
  }
}

/** Removes a name or a file; processes that have it open go on with it. */
export function removeObject(place: CheckedPlace): void {
  const { kind, name } = place;
  if (kind === "name") SharedMemory.unlink(name);
  else removeFile(name, `unlink ${channelAt(place)}`);
}
