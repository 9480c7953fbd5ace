import { checkInteger } from "../../ffi/libc/integers.ts";
import type { SemaphoreOperation } from "../../ffi/sysv/sysv_sem.ts";
import {
  changeSet,
  listSets,
  removeSet,
  type SemaphoreLimits,
  type SemaphoreSetStatus,
  type SemaphoreUsage,
  setLimits,
  setStatus,
  setUsage,
} from "../../ffi/sysv/sysv_sem_control.ts";
import {
  readValues,
  writeValue,
  writeValues,
} from "../../ffi/sysv/sysv_sem_values.ts";
import {
  checkChanges,
  type SegmentChanges,
} from "../../memory/sysv/segment.ts";
import {
  readWaitOptions,
  requireKnown,
  type WaitOptions,
} from "../waiting/options.ts";
import { EndableWaits, handleClosed } from "../waiting/endable_waits.ts";
import { createSet, type FoundSet, openSet } from "./set_opening.ts";
import {
  checkAllValues,
  checkOperations,
  MAX_VALUE,
  type SemaphoreSetCreateOptions,
  type SemaphoreSetOpenOptions,
  type SemaphoreState,
} from "./semaphore_set_options.ts";
import { type OperationResult, Operations } from "./set_operations.ts";
import { readState } from "./set_state.ts";

const OPERATE = "operate semaphores";

/** What can be changed of a set: owner, group, mode; the same as of a segment. */
export type SemaphoreSetChanges = SegmentChanges;

/**
 * A set of System V semaphores (`semget(2)`): counters that are changed
 * together, all or none, that can be waited on for zero, and whose changes the
 * kernel takes back when a process dies (`undo`).
 *
 * It stays until {@linkcode SemaphoreSet.remove} or a restart.
 *
 * @example Take two things at once, and have the kernel undo it at exit
 * ```ts
 * import { SemaphoreSet } from "@shmem/shmem/sync";
 *
 * const set = SemaphoreSet.create({ values: [1, 1] });
 * set.operate([
 *   { index: 0, delta: -1, undo: true },
 *   { index: 1, delta: -1, undo: true },
 * ]);
 * console.log(set.values); // [ 0, 0 ]
 * set.remove();
 * ```
 */
export class SemaphoreSet {
  readonly #id: number;
  readonly #key: number;
  readonly #count: number;
  readonly #created: boolean;
  readonly #waits = new EndableWaits();
  #closed = false;

  private constructor({ id, key, count, created }: FoundSet) {
    this.#id = id;
    this.#key = key;
    this.#count = count;
    this.#created = created;
  }

  /** Identifier in this IPC namespace, for other processes. */
  get id(): number {
    return this.#id;
  }

  /** Key that it was created or opened with; 0 when by id alone. */
  get key(): number {
    return this.#key;
  }

  /** How many semaphores it has. */
  get count(): number {
    return this.#count;
  }

  /** Whether this object created it, rather than opened it. */
  get created(): boolean {
    return this.#created;
  }

  /**
   * Creates a set.
   *
   * The values are set after the kernel made the set, with zeros; a process that
   * opens it between the two finds zeros, and waits.
   *
   * @param options Values, key and the rest.
   * @returns The set.
   * @throws {Deno.errors.AlreadyExists} When the key has a set (EEXIST).
   * @throws {SystemError} Above a limit of the system (EINVAL, ENOSPC).
   * @throws {RangeError} With `ifExists: "open"`, when the set that is there has
   * another number of semaphores.
   */
  static create(options: SemaphoreSetCreateOptions): SemaphoreSet {
    return new SemaphoreSet(createSet(options));
  }

  /**
   * Opens a set that exists, by key or by id.
   *
   * @param options Which one.
   * @returns The set.
   * @throws {Deno.errors.NotFound} When the key has no set (ENOENT).
   * @throws {SystemError} When the id has no set (EINVAL).
   * @throws {Deno.errors.PermissionDenied} When its mode allows neither reading nor
   * altering it, and this process is not its owner's (EACCES).
   */
  static open(options: SemaphoreSetOpenOptions): SemaphoreSet {
    return new SemaphoreSet(openSet(options));
  }

  /**
   * Reads the limits of System V semaphores (`IPC_INFO`); Linux.
   *
   * @throws {Deno.errors.NotSupported} On macOS.
   */
  static limits(): SemaphoreLimits {
    return setLimits("read the limits of semaphores");
  }

  /**
   * Reads what all sets of this IPC namespace take (`SEM_INFO`); Linux.
   *
   * @throws {Deno.errors.NotSupported} On macOS.
   */
  static usage(): SemaphoreUsage {
    return setUsage("read the usage of semaphores");
  }

  /**
   * Lists all sets of this IPC namespace, those of other users too
   * (`SEM_STAT_ANY`); before Linux 4.17 those that this user may read; Linux.
   *
   * @throws {Deno.errors.NotSupported} On macOS.
   */
  static list(): SemaphoreSetStatus[] {
    return listSets("list semaphore sets");
  }

  /** All values now (`GETALL`). */
  get values(): number[] {
    const operation = this.#operation("read the values of");
    return readValues(this.#id, this.#count, operation);
  }

  /**
   * Sets all values (`SETALL`), whatever they are; for the one who made the set.
   *
   * @param values One for each semaphore, 0 to 32767.
   */
  setValues(values: readonly number[]): void {
    const copy = checkAllValues(values, this.#count);
    writeValues(this.#id, copy, this.#operation("set the values of"));
  }

  /**
   * Sets one value (`SETVAL`), whatever it is.
   *
   * @param index Which semaphore.
   * @param value 0 to 32767.
   */
  setValue(index: number, value: number): void {
    const place = checkInteger(index, "index", 0, this.#count - 1);
    checkInteger(value, "value", 0, MAX_VALUE);
    writeValue(this.#id, place, value, this.#operation("set a value of"));
  }

  /**
   * Reads one semaphore: value, last process, who waits.
   *
   * @param index Which semaphore.
   */
  state(index: number): SemaphoreState {
    const place = checkInteger(index, "index", 0, this.#count - 1);
    return readState(this.#id, this.#count, place, this.#operation("read"));
  }

  /** Reads owner, mode and times (`IPC_STAT`). */
  status(): SemaphoreSetStatus {
    return setStatus(this.#id, this.#operation("read the status of"));
  }

  /**
   * Changes owner, group or mode (`IPC_SET`); what is left out stays.
   *
   * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's,
   * the creator's or root's (EPERM).
   */
  set(changes: SemaphoreSetChanges): void {
    requireKnown(changes, ["uid", "gid", "mode"], "change semaphore set");
    const copy = { ...changes };
    checkChanges(copy);
    changeSet(this.#id, copy, this.#operation("change"));
  }

  /**
   * Does operations, all at once or none (`semtimedop(2)`), blocking this thread
   * until all can be done.
   *
   * @param operations What to do, in order.
   * @param options Timeout; the signal is looked at before it blocks. On macOS
   * there is no timeout but 0.
   * @returns `"ok"`, or `"timed-out"` with nothing done; also when one with
   * `noWait` would have to wait.
   * @throws {SystemError} When the set is removed meanwhile (EIDRM) or gone
   * (EINVAL), when a value would grow too large (ERANGE), or there are too many
   * operations (E2BIG).
   */
  operate(
    operations: readonly SemaphoreOperation[],
    options?: WaitOptions,
  ): OperationResult {
    const patience = readWaitOptions(options, OPERATE);
    return this.#operations(operations).run(patience);
  }

  /**
   * Does operations, all at once or none, waiting without blocking.
   *
   * While it waits it holds a thread of Deno's pool, so at most four such waits
   * sleep at once; the others queue.
   *
   * @param operations What to do, in order.
   * @param options Timeout and signal.
   * @returns `"ok"`, or `"timed-out"` with nothing done. Rejects with the
   * signal's reason with nothing done, at most 100 ms after the signal; what was
   * done before that stays done, and is `"ok"`. Rejects so, too, with BadResource
   * when this is closed meanwhile, and like {@linkcode SemaphoreSet.operate} throws.
   */
  async operateAsync(
    operations: readonly SemaphoreOperation[],
    options?: WaitOptions,
  ): Promise<OperationResult> {
    const { timeoutMs, signal } = readWaitOptions(options, OPERATE);
    const checked = this.#operations(operations);
    return await this.#waits.run(
      signal,
      (signal) => checked.runAsync({ timeoutMs, signal }),
    );
  }

  /**
   * Removes the set (`IPC_RMID`); waits for it fail, with EIDRM.
   *
   * @throws {SystemError} When it is gone already (EINVAL).
   * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's,
   * the creator's or root's (EPERM).
   */
  remove(): void {
    removeSet(this.#id, this.#operation("remove"));
  }

  /**
   * Ends the use of this object and its waits; the set stays. Harmless when it
   * was done before.
   */
  close(): void {
    this.#closed = true;
    this.#waits.end(handleClosed(`semaphore set ${this.#id}`));
  }

  /** The same as {@linkcode SemaphoreSet.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #operations(operations: readonly SemaphoreOperation[]): Operations {
    const checked = checkOperations(operations, this.#count);
    return new Operations(this.#id, checked, this.#operation("operate"));
  }

  #operation(operation: string): string {
    if (this.#closed) {
      throw new Deno.errors.BadResource(
        `Cannot ${operation} semaphore set ${this.#id}: the handle is closed`,
      );
    }
    return `${operation} semaphore set ${this.#id}`;
  }
}
