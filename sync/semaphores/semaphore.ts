import { SEMAPHORE_SIZE } from "../../ffi/sync/semaphore_files.ts";
import { checkInteger } from "../../ffi/libc/integers.ts";
import { requireStack } from "../../memory/checks/stack_room.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import { wrapReadWrite } from "../../memory/mapping/wrap.ts";
import { Block, type BlockKind } from "../locks/block.ts";
import type { Place } from "../locks/neighbourhood.ts";
import { Deadline } from "../waiting/deadline.ts";
import {
  readWaitOptions,
  requireKnown,
  type WaitOptions,
} from "../waiting/options.ts";
import { EndableWaits, handleClosed } from "../waiting/endable_waits.ts";
import { inTurn } from "../../memory/waiting/turns.ts";
import { waitBlocking, waitPending } from "../waiting/wait_loop.ts";
import {
  createNamed,
  type NamedSemaphore,
  openNamed,
  unlinkNamed,
} from "./named_semaphores.ts";
import {
  gone,
  initialize,
  isProcessShared,
  MAX_VALUE,
  SemaphoreCounter,
} from "./semaphore_counter.ts";
import type {
  SemaphoreCreateAtOptions,
  SemaphoreCreateOptions,
  SemaphoreResult,
} from "./semaphore_options.ts";

const KIND: BlockKind = {
  name: "semaphore",
  byteLength: SEMAPHORE_SIZE,
  alignment: 8,
};
const WAIT = "wait for semaphore";

/**
 * A POSIX semaphore: a counter that C, C++ and Python programs share, with a
 * name (`sem_open(3)`) or in shared memory (`sem_init(3)`); Linux. Whatever
 * others write into it is an error here at worst.
 *
 * A named one stays until {@linkcode Semaphore.unlinkName} or a restart. Nothing is
 * undone when a process that took one away dies; for that there is
 * {@linkcode SemaphoreSet} with `undo`.
 *
 * @example Let another process know, and wait for it
 * ```ts
 * import { Semaphore } from "@shmem/shmem/sync";
 *
 * const name = `/ready-${crypto.randomUUID()}`;
 * using ready = Semaphore.create(name);
 * ready.post(); // another process: Semaphore.open(name).post()
 * console.log(await ready.waitAsync({ timeoutMs: 1000 })); // ok
 * Semaphore.unlinkName(name);
 * ```
 */
export class Semaphore implements Disposable {
  readonly #block: Block;
  readonly #place: Place;
  readonly #counter: SemaphoreCounter;
  /** The memory that closing unmaps: a named one's own. */
  readonly #own: Mapping | null;
  readonly #name: string | null;
  /** What ends the waits of this object. */
  readonly #waits = new EndableWaits();
  #closed = false;

  private constructor(block: Block, name: string | null, own: Mapping | null) {
    this.#block = block;
    this.#place = block.claim();
    this.#place.users++;
    this.#counter = new SemaphoreCounter(block);
    this.#name = name;
    this.#own = own;
  }

  /** Name with its slash, or null for one in shared memory. */
  get name(): string | null {
    return this.#name;
  }

  /**
   * Creates a semaphore with a name.
   *
   * @param name One component, with or without a slash in front: `"/ready"`.
   * @param options Value and the rest.
   * @returns The semaphore.
   * @throws {Deno.errors.AlreadyExists} When the name is taken (EEXIST).
   */
  static create(name: string, options: SemaphoreCreateOptions = {}): Semaphore {
    return Semaphore.#named(createNamed(name, options));
  }

  /**
   * Opens a semaphore by name.
   *
   * @param name Name that it was created with, here or by another language.
   * @returns The semaphore.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   */
  static open(name: string): Semaphore {
    return Semaphore.#named(openNamed(name));
  }

  /** Takes over the memory of a named one. */
  static #named({ region, name }: NamedSemaphore): Semaphore {
    const own = wrapReadWrite(region);
    const block = new Block(KIND, own.bytes, 0, "open");
    return new Semaphore(block, name, own);
  }

  /**
   * Removes a name (`sem_unlink(3)`). It stays valid for those that have it open.
   *
   * @param name Name of the semaphore.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   */
  static unlinkName(name: string): void {
    unlinkNamed(name);
  }

  /**
   * The same as {@linkcode Semaphore.unlinkName}.
   *
   * @param name Name of the semaphore.
   * @deprecated Use {@linkcode Semaphore.unlinkName}.
   */
  static unlink(name: string): void {
    Semaphore.unlinkName(name);
  }

  /**
   * Creates a semaphore in shared memory; Linux. One process does so, before the
   * others open it.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 32 bytes start, a multiple of 8. Default: 0.
   * @param options Value to start with.
   * @returns The semaphore.
   * @throws {RangeError} When it does not lie in the memory, is unaligned, or
   * overlaps something else that this process uses.
   */
  static createAt(
    memory: Uint8Array,
    byteOffset = 0,
    options: SemaphoreCreateAtOptions = {},
  ): Semaphore {
    requireKnown(options, ["value"], "create semaphore");
    const { value = 0 } = options;
    checkInteger(value, "value", 0, MAX_VALUE);
    const block = new Block(KIND, memory, byteOffset, "create");
    block.claim();
    initialize(block.words, value);
    return new Semaphore(block, null, null);
  }

  /**
   * Opens a semaphore that was created in shared memory, here or by a C program
   * with `pshared` set; Linux.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 32 bytes start, a multiple of 8. Default: 0.
   * @returns The semaphore.
   * @throws {TypeError} When no process-shared semaphore lies there.
   * @throws {RangeError} When it does not lie in the memory, or is unaligned.
   */
  static openAt(memory: Uint8Array, byteOffset = 0): Semaphore {
    const block = new Block(KIND, memory, byteOffset, "open");
    // glibc sleeps privately unless its third word says otherwise.
    if (!isProcessShared(block.words)) {
      throw new TypeError(
        `Cannot open semaphore: there is no process-shared semaphore at offset ${byteOffset}; make it with Semaphore.createAt(), or sem_init(sem, 1, value) in C`,
      );
    }
    return new Semaphore(block, null, null);
  }

  /** Removes its name; those that have it open keep it. */
  unlink(): void {
    if (this.#name === null) {
      throw new TypeError("Cannot unlink semaphore: it has no name");
    }
    Semaphore.unlinkName(this.#name);
  }

  /**
   * The value now: how many can be taken away. For showing; it may change at
   * once. Linux.
   */
  get value(): number {
    return this.#counter.value;
  }

  /**
   * Adds one, and wakes one who waits (`sem_post(3)`).
   *
   * @throws {SystemError} At the largest value (EOVERFLOW), or when its bytes were
   * overwritten (EINVAL).
   */
  post(): void {
    this.#counter.post();
  }

  /**
   * Takes one away, if there is one (`sem_trywait(3)`).
   *
   * @returns Whether it did.
   * @throws {SystemError} When its bytes were overwritten (EINVAL).
   */
  tryWait(): boolean {
    return this.#counter.tryTake();
  }

  /**
   * Takes one away, blocking this thread until there is one (`sem_wait(3)`).
   *
   * @param options Timeout; the signal is looked at before it blocks.
   * @returns `"ok"`, or `"timed-out"` with nothing taken.
   * @throws {SystemError} When its bytes were overwritten (EINVAL).
   */
  wait(options?: WaitOptions): SemaphoreResult {
    const { timeoutMs } = readWaitOptions(options, WAIT);
    const counter = this.#open("wait for");
    if (counter.tryTake()) return "ok";
    const deadline = new Deadline(timeoutMs);
    return waitBlocking(counter.waiting, deadline) ?? "timed-out";
  }

  /**
   * Takes one away, waiting without blocking.
   *
   * @param options Timeout and signal.
   * @returns `"ok"`, or `"timed-out"` with nothing taken. Rejects with the
   * signal's reason, or with `Deno.errors.BadResource` when the semaphore is
   * closed or its memory unmapped meanwhile, each with nothing taken.
   */
  async waitAsync(options?: WaitOptions): Promise<SemaphoreResult> {
    const { timeoutMs, signal } = readWaitOptions(options, WAIT);
    const counter = this.#open("wait for");
    if (counter.tryTake()) return inTurn("ok");
    const deadline = new Deadline(timeoutMs);
    const { mapping } = this.#block;
    const { waiting } = counter;
    try {
      const taken = await this.#waits.run(
        signal,
        (signal) => waitPending(waiting, deadline, signal, mapping),
      );
      if (taken === undefined) counter.passOn();
      return taken ?? "timed-out";
    } catch (error) {
      counter.passOn();
      throw error;
    }
  }

  /**
   * Closes the semaphore here; waits for it here fail. One with a name
   * stays. Harmless when it was done before.
   */
  close(): void {
    if (this.#closed) return;
    // Waits end here, too.
    requireStack("wait");
    this.#closed = true;
    const { count } = this.#waits;
    this.#waits.end(handleClosed("the semaphore"));
    if (this.#block.closed) return;
    if (count > 0) {
      this.#counter.sleepers.leave();
      // Each may have taken a wake-up that was for another one.
      this.#counter.passOn(count + 1);
    }
    this.#counter.close();
    if (--this.#place.users === 0) {
      this.#block.neighbourhood.release(this.#place);
    }
    this.#own?.unmap();
  }

  /** The same as {@linkcode Semaphore.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #open(operation: string): SemaphoreCounter {
    if (this.#closed || this.#block.closed) throw gone(operation);
    return this.#counter;
  }
}
