import type { MutexCore } from "./mutex_core.ts";

/** Makes the guard of a lock that was just taken, for {@linkcode Mutex} alone. */
export let makeGuard: (core: MutexCore, ownerDied: boolean) => MutexGuard;
let coreOfHeld: (guard: MutexGuard, operation: string) => MutexCore;
let suspendGuard: (guard: MutexGuard) => void;
let resumeGuard: (guard: MutexGuard, ownerDied: boolean) => void;
let abandonGuard: (guard: MutexGuard) => void;

/**
 * A lock that is held, until its `using` block ends or
 * {@linkcode MutexGuard.unlock}.
 *
 * @example Look whether its owner died
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { Mutex } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * using guard = Mutex.create(mapping.bytes).lock();
 * // When it is true, what the lock protects may be half-written.
 * console.log(guard.ownerDied); // false
 * ```
 */
export class MutexGuard implements Disposable {
  readonly #core: MutexCore;
  #ownerDied: boolean;
  #state: "held" | "waiting" | "unlocked" | "disposed" = "held";

  private constructor(core: MutexCore, ownerDied: boolean) {
    this.#core = core;
    this.#ownerDied = ownerDied;
  }

  static {
    makeGuard = (core, ownerDied) => new MutexGuard(core, ownerDied);
    coreOfHeld = (guard, operation) => {
      if (guard.#state !== "held") guard.#refuse(operation);
      return guard.#core;
    };
    suspendGuard = (guard) => guard.#release("waiting");
    resumeGuard = (guard, ownerDied) => {
      guard.#ownerDied = ownerDied;
      guard.#state = "held";
    };
    abandonGuard = (guard) => {
      guard.#state = "unlocked";
    };
  }

  /**
   * Whether the owner before died while it held the lock, so that what the lock
   * protects may be half-written. The lock itself is sound again.
   */
  get ownerDied(): boolean {
    return this.#ownerDied;
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
   * Releases the lock, unless {@linkcode MutexGuard.unlock} did.
   *
   * @throws {TypeError} When the guard was disposed of before.
   * @throws {SystemError} When its bytes were overwritten meanwhile (EINVAL); it
   * is released here all the same.
   */
  [Symbol.dispose](): void {
    const state = this.#state;
    if (state === "disposed" || state === "waiting") this.#refuse();
    if (state === "held") this.#release("disposed");
    else this.#state = "disposed";
  }

  /**
   * Releases the lock. When there is too little stack for that, it is still held and
   * can be released once more.
   */
  #release(next: "unlocked" | "disposed" | "waiting"): void {
    const core = this.#core;
    const { depth } = core;
    try {
      core.release();
    } catch (error) {
      // All other failures end it: at 0, its memory went with it.
      if (depth === 0 || core.depth < depth) {
        this.#state = next === "waiting" ? "unlocked" : next;
      }
      throw error;
    }
    this.#state = next;
  }

  #refuse(operation = "unlock mutex"): never {
    throw new TypeError(
      this.#state === "waiting"
        ? `Cannot ${operation}: this guard waits for a condition`
        : `Cannot ${operation}: this guard was released before`,
    );
  }
}

/** The mutex of a guard that is held, for {@linkcode Condition} alone. */
export function coreOf(guard: MutexGuard, operation: string): MutexCore {
  if (!(guard instanceof MutexGuard)) {
    throw new TypeError(
      `Cannot ${operation}: it takes the guard of a mutex: received ${typeof guard}`,
    );
  }
  return coreOfHeld(guard, operation);
}

/** Releases a lock for the time of a wait, for {@linkcode Condition} alone. */
export function suspend(guard: MutexGuard): void {
  suspendGuard(guard);
}

/** Returns a lock that was taken again to the guard that waited. */
export function resume(guard: MutexGuard, ownerDied: boolean): void {
  resumeGuard(guard, ownerDied);
}

/** Ends a guard that lost its lock; for {@linkcode Condition} only. */
export function abandon(guard: MutexGuard): void {
  abandonGuard(guard);
}
