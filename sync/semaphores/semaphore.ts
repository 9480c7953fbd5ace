import {
  initSemaphore,
  openSemaphore,
  SEMAPHORE_SIZE,
  semaphoreAt,
  type SemaphoreHandle,
  unlinkSemaphore,
} from "../../ffi/sync/posix_sem.ts";
import { wake } from "../../ffi/sync/futex.ts";
import { checkInteger } from "../../ffi/libc/integers.ts";
import { checkMode, checkName, checkWord } from "../../memory/checks/checks.ts";
import { createOrOpen } from "../../memory/checks/create_or_open.ts";
import { addMappingUser, type Mapping } from "../../memory/mapping/mapping.ts";
import { Block, type BlockKind } from "../locks/block.ts";
import {
  checkTimeout,
  sleepAsync,
  SLICE_MS,
  type WaitAsyncOptions,
} from "../waiting/wait.ts";
import { lookAgainMs } from "../waiting/safety_nets.ts";

const KIND: BlockKind = {
  name: "semaphore",
  byteLength: SEMAPHORE_SIZE,
  alignment: 8,
};

/** Largest value of a semaphore (`SEM_VALUE_MAX` on Linux). */
const MAX_VALUE = 0x7fff_ffff;

/** How {@linkcode Semaphore.create} creates. */
export interface SemaphoreCreateOptions {
  /** Value to start with, 0 to 2^31 - 1. Default: 0. */
  readonly value?: number;
  /** Permission bits, less the umask. Default: 0o600. */
  readonly mode?: number;
  /** What to do when the name is taken. Default: `"fail"`, with EEXIST. */
  readonly ifExists?: "fail" | "open";
}

/** How {@linkcode Semaphore.wait} waits. */
export interface SemaphoreWaitOptions {
  /** How long at most, in milliseconds. Default: for ever. */
  readonly timeoutMs?: number;
}

/** How a wait for a semaphore ended. */
export type SemaphoreResult = "ok" | "timed-out";

/** What a {@linkcode Semaphore} is made from. */
interface Parts {
  readonly handle: SemaphoreHandle;
  readonly name: string | null;
  /** The memory that it lies in, unless it has a name. */
  readonly mapping?: Mapping;
}

/**
 * A POSIX semaphore: a counter that C, C++ and Python programs share, with a
 * name (`sem_open(3)`) or in shared memory (`sem_init(3)`).
 *
 * A named one stays until {@linkcode Semaphore.unlink} or a restart. Nothing is
 * given back when a process dies that took one away; for that there is
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
 * Semaphore.unlink(name);
 * ```
 */
export class Semaphore implements Disposable {
  readonly #parts: Parts;
  readonly #closing = new AbortController();
  /** How many waits of this object are counted in the semaphore's sleepers. */
  #sleeping = 0;

  /** Name with its slash, or null for one in shared memory. */
  readonly name: string | null;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.name = parts.name;
    const { mapping } = parts;
    if (mapping !== undefined) {
      addMappingUser(mapping, { leave: () => this.#leave() });
    }
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
    const checked = checkName(name);
    const { value = 0, mode = 0o600, ifExists = "fail" } = options;
    checkInteger(value, "value", 0, MAX_VALUE);
    checkMode(mode);
    checkWord(ifExists, ["fail", "open"], "ifExists");
    const act = `create semaphore ${JSON.stringify(checked)}`;
    const create = () =>
      new Semaphore({
        handle: openSemaphore(checked, { mode, value }, act),
        name: checked,
      });
    const open = () => Semaphore.open(checked);
    return ifExists === "open" ? createOrOpen(create, open) : create();
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
    const checked = checkName(name);
    const act = `open semaphore ${JSON.stringify(checked)}`;
    const handle = openSemaphore(checked, null, act);
    return new Semaphore({ handle, name: checked });
  }

  /**
   * Removes a name. Who has the semaphore open keeps it.
   *
   * @param name Name of the semaphore.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   */
  static unlink(name: string): void {
    const checked = checkName(name);
    unlinkSemaphore(checked, `unlink semaphore ${JSON.stringify(checked)}`);
  }

  /**
   * Makes a semaphore in shared memory; Linux. One process does so, before the
   * others open it.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 32 bytes start, a multiple of 8. Default: 0.
   * @param options Value to start with.
   * @returns The semaphore.
   * @throws {RangeError} When it does not lie in the memory, or is unaligned.
   */
  static createAt(
    memory: Uint8Array,
    byteOffset = 0,
    options: Pick<SemaphoreCreateOptions, "value"> = {},
  ): Semaphore {
    const { value = 0 } = options;
    checkInteger(value, "value", 0, MAX_VALUE);
    const block = new Block(KIND, memory, byteOffset, "create");
    const { region, offset, mapping } = block;
    const handle = initSemaphore(region, offset, value, "create semaphore");
    return new Semaphore({ handle, name: null, mapping });
  }

  /**
   * Opens a semaphore that was made in shared memory, here or by a C program
   * with `pshared` set; Linux.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 32 bytes start, a multiple of 8. Default: 0.
   * @returns The semaphore.
   * @throws {TypeError} When no process-shared semaphore lies there.
   * @throws {RangeError} When it does not lie in the memory, or is unaligned.
   */
  static openAt(memory: Uint8Array, byteOffset = 0): Semaphore {
    const { region, offset, mapping, words } = new Block(
      KIND,
      memory,
      byteOffset,
      "open",
    );
    // glibc sleeps privately unless this says otherwise.
    const [value = 0, , shared] = words;
    if (shared !== PROCESS_SHARED || value < 0) {
      throw new TypeError(
        `Cannot open semaphore: there is no process-shared semaphore at offset ${byteOffset}; make it with Semaphore.createAt(), or sem_init(sem, 1, value) in C`,
      );
    }
    const handle = semaphoreAt(region, offset);
    return new Semaphore({ handle, name: null, mapping });
  }

  /**
   * The value now: how many can be taken away. For showing; it may change at
   * once. Linux.
   */
  get value(): number {
    return this.#open("read").value("read the value of semaphore");
  }

  /**
   * Adds one, and wakes one who waits (`sem_post(3)`).
   *
   * @throws {SystemError} At the largest value (EOVERFLOW).
   */
  post(): void {
    this.#open("post").post("post semaphore");
  }

  /**
   * Takes one away, if there is one (`sem_trywait(3)`).
   *
   * @returns Whether it did.
   */
  tryWait(): boolean {
    return this.#open("take").tryWait("take semaphore");
  }

  /**
   * Takes one away, blocking this thread until there is one (`sem_wait(3)`).
   *
   * @param options Timeout.
   * @returns `"ok"`, or `"timed-out"` with nothing taken.
   */
  wait({ timeoutMs = Infinity }: SemaphoreWaitOptions = {}): SemaphoreResult {
    checkTimeout(timeoutMs, "wait for semaphore");
    const act = "wait for semaphore";
    const handle = this.#open("wait for");
    if (handle.tryWait(act)) return "ok";
    const end = performance.now() + timeoutMs;
    for (;;) {
      const left = end - performance.now();
      if (left <= 0) return "timed-out";
      if (handle.timedWait(Math.min(left, lookAgainMs(SLICE_MS)), act)) {
        return "ok";
      }
    }
  }

  /**
   * Takes one away, waiting without blocking.
   *
   * @param options Timeout and signal.
   * @returns `"ok"`, or `"timed-out"` with nothing taken. Rejects with the
   * signal's reason, or with `Deno.errors.BadResource` when the semaphore is
   * closed or its memory unmapped meanwhile, each with nothing taken.
   */
  async waitAsync(options: WaitAsyncOptions = {}): Promise<SemaphoreResult> {
    const { timeoutMs = Infinity, signal } = options;
    checkTimeout(timeoutMs, "wait for semaphore");
    const end = performance.now() + timeoutMs;
    const signals = [this.#closing.signal];
    if (signal !== undefined) signals.push(signal);
    const anySignal = AbortSignal.any(signals);
    for (;;) {
      if (anySignal.aborted) {
        this.#passOn(1);
        anySignal.throwIfAborted();
      }
      if (this.tryWait()) return "ok";
      const left = end - performance.now();
      if (left <= 0) return "timed-out";
      await this.#sleep(left, anySignal);
    }
  }

  /**
   * Closes the semaphore here; who waits for it here is told. One with a name
   * stays. Harmless when it was done before.
   */
  close(): void {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    this.#closing.abort(
      new Deno.errors.BadResource(
        "Cannot wait any longer: the semaphore was closed",
      ),
    );
    if (this.#parts.mapping?.closed) return;
    this.#leave();
    if (this.name !== null) this.#parts.handle.close();
  }

  /** The same as {@linkcode Semaphore.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Sleeps until the value may be above 0. */
  async #sleep(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { handle: { words }, mapping } = this.#parts;
    if (words === null) return await pause(Math.min(timeoutMs, 10));
    const { value, sleepers } = words;
    // As glibc's own waiters do, or sem_post would not wake anyone.
    Atomics.add(sleepers.cell, 0, 1);
    this.#sleeping++;
    try {
      await sleepAsync(value, 0, mapping, { timeoutMs, signal });
    } finally {
      // Unless all were taken back when the semaphore was closed.
      if (this.#sleeping > 0 && !sleepers.gone) {
        this.#sleeping--;
        Atomics.sub(sleepers.cell, 0, 1);
      }
    }
  }

  /**
   * Wakes others who wait, if there is something for them: one that gives up may
   * have taken their wake-up.
   */
  #passOn(count: number): void {
    const { words } = this.#parts.handle;
    if (words === null || words.value.gone) return;
    if (words.value.load() > 0) wake(words.value, count);
  }

  /** Takes this object's waits out of the sleepers, while they can be reached. */
  #leave(): void {
    const { words } = this.#parts.handle;
    if (this.#sleeping > 0) this.#passOn(this.#sleeping + 1);
    if (words !== null && !words.sleepers.gone) {
      Atomics.sub(words.sleepers.cell, 0, this.#sleeping);
    }
    this.#sleeping = 0;
  }

  #open(act: string): SemaphoreHandle {
    const { handle, mapping } = this.#parts;
    if (this.#closing.signal.aborted || mapping?.closed) {
      throw new Deno.errors.BadResource(
        `Cannot ${act} semaphore: it was closed, or its memory unmapped`,
      );
    }
    return handle;
  }
}

/** What glibc keeps behind value and sleepers of a semaphore for all processes. */
const PROCESS_SHARED = 0x80;

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
