import type { ReadWriteCore, ReadWriteHold } from "./read_write_core.ts";

let makeGuard: (core: ReadWriteCore, hold: ReadWriteHold) => ReadWriteGuard;

/** A lock that is held for reading or writing, until its `using` block ends. */
export class ReadWriteGuard implements Disposable {
  readonly #core: ReadWriteCore;
  readonly #hold: ReadWriteHold;
  #state: "held" | "unlocked" | "disposed" = "held";

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
    this.#state = "unlocked";
    this.#core.release(this.#hold);
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
    const held = this.#state === "held";
    this.#state = "disposed";
    if (held) this.#core.release(this.#hold);
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
