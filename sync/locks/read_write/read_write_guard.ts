import type { ReadWriteCore, ReadWriteHold } from "./read_write_core.ts";

let makeGuard: (core: ReadWriteCore, hold: ReadWriteHold) => ReadWriteGuard;

/**
 * A lock that is held for reading or writing, until its `using` block ends.
 *
 * @example Look whether a writer died
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { ReadWriteLock } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * using guard = ReadWriteLock.create(mapping.bytes).read();
 * console.log(guard.ownerDied); // false
 * ```
 */
export class ReadWriteGuard implements Disposable {
  readonly #core: ReadWriteCore;
  readonly #hold: ReadWriteHold;
  #state: "held" | "unlocked" | "disposed" = "held";
  /** Whether releasing failed for want of stack. */
  #again = false;

  private constructor(core: ReadWriteCore, hold: ReadWriteHold) {
    this.#core = core;
    this.#hold = hold;
  }

  static {
    makeGuard = (core, hold) => new ReadWriteGuard(core, hold);
  }

  /**
   * Whether a writer died, and no writer has finished since: what the lock
   * protects may be half-written.
   */
  get ownerDied(): boolean {
    return this.#hold.damaged;
  }

  /**
   * Releases the lock before the end of the `using` block.
   *
   * @throws {TypeError} When it was released before.
   * @throws {SystemError} When its bytes were overwritten meanwhile (EINVAL); it
   * is released here all the same.
   */
  unlock(): void {
    if (this.#state !== "held") this.#refuse();
    this.#release("unlocked");
  }

  /**
   * Releases the lock, unless {@linkcode ReadWriteGuard.unlock} did.
   *
   * @throws {TypeError} When the guard was disposed of before.
   * @throws {SystemError} When its bytes were overwritten meanwhile (EINVAL); it
   * is released here all the same.
   */
  [Symbol.dispose](): void {
    if (this.#state === "disposed") this.#refuse();
    if (this.#state === "held") this.#release("disposed");
    else this.#state = "disposed";
  }

  /**
   * Releases the lock. When there is too little stack for that, the rest of it is still
   * held and can be released once more.
   */
  #release(next: "unlocked" | "disposed"): void {
    try {
      this.#core.release(this.#hold, this.#again);
    } catch (error) {
      this.#again = this.#hold.mutexes.some(({ depth }) => depth > 0);
      if (!this.#again) this.#state = next;
      throw error;
    }
    this.#state = next;
  }

  #refuse(): never {
    throw new TypeError("Cannot unlock lock: this guard was released before");
  }
}

/** Makes the guard of a lock that was just taken, for {@linkcode ReadWriteLock} alone. */
export function guardOf(
  core: ReadWriteCore,
  hold: ReadWriteHold,
): ReadWriteGuard {
  return makeGuard(core, hold);
}
