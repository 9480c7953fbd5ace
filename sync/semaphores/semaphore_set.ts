import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
} from "../../ffi/platforms/constants.ts";
import { checkI32, checkInteger, describe } from "../../ffi/libc/integers.ts";
import { errnoNumber } from "../../ffi/errors/errno.ts";
import {
  hasCode,
  isSystemError,
  systemError,
} from "../../ffi/errors/system_error.ts";
import {
  changeSet,
  getSet,
  operate,
  operateOnPool,
  packOperations,
  querySemaphore,
  readValues,
  removeSet,
  type SemaphoreLimits,
  type SemaphoreOperation,
  type SemaphoreSetStatus,
  setLimits,
  setStatus,
  writeValue,
  writeValues,
} from "../../ffi/sysv/sysv_sem.ts";
import { checkMode, checkWord } from "../../memory/checks/checks.ts";
import { createOrOpen } from "../../memory/checks/create_or_open.ts";
import {
  checkChanges,
  type SegmentChanges,
} from "../../memory/sysv/segment.ts";
import { Turnstile } from "../waiting/turnstile.ts";
import {
  checkTimeout,
  SLICE_MS,
  type WaitAsyncOptions,
} from "../waiting/wait.ts";

export type { SemaphoreLimits, SemaphoreOperation, SemaphoreSetStatus };

/** Largest value of a semaphore (`SEMVMX`), on Linux and macOS. */
const MAX_VALUE = 32767;
/** Most semaphores in a set that the checks let through to the kernel. */
const MAX_COUNT = 0xffff;
/** How long a wait stays in the kernel before it looks whether it was aborted. */
const POOL_SLICE_MS = 250;

/**
 * A wait inside libc holds one of Deno's 32 pool threads, which its file
 * operations need too: so no more than this at once, the rest queue.
 */
const turnstile = new Turnstile(4);

/** How {@linkcode SemaphoreSet.create} creates. */
export interface SemaphoreSetCreateOptions {
  /** How many semaphores, or the values that they start with. */
  readonly values: number | readonly number[];
  /** Key that other processes open the set with. Default: `IPC_PRIVATE`, none. */
  readonly key?: number;
  /** Permission bits; the umask is not applied. Default: 0o600. */
  readonly mode?: number;
  /** What to do when the key has a set. Default: `"fail"`, with EEXIST. */
  readonly ifExists?: "fail" | "open";
}

/** Which set {@linkcode SemaphoreSet.open} opens. */
export interface SemaphoreSetOpenOptions {
  /** Key that it was created with. Either this or `id`. */
  readonly key?: number;
  /** Identifier, as in {@linkcode SemaphoreSet.id}. Either this or `key`. */
  readonly id?: number;
}

/** What can be read of one semaphore of a set. */
export interface SemaphoreState {
  /** Value now. */
  readonly value: number;
  /** Process that changed it last; 0 before the first. */
  readonly lastPid: number;
  /** How many wait for it to grow. */
  readonly waitingForMore: number;
  /** How many wait for it to become 0. */
  readonly waitingForZero: number;
}

/**
 * A set of System V semaphores (`semget(2)`): counters that are changed
 * together, all or none, that can be waited on for zero, and whose changes the
 * kernel takes back when a process dies (`undo`).
 *
 * It stays until {@linkcode SemaphoreSet.remove} or a restart.
 *
 * @example Take two things at once, and give them back by dying
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
  /** Identifier in this IPC namespace, for other processes. */
  readonly id: number;
  /** Key that it was created or opened with; 0 when by id alone. */
  readonly key: number;
  /** How many semaphores it has. */
  readonly count: number;
  /** Whether this object created it, rather than opened it. */
  readonly created: boolean;

  private constructor(
    id: number,
    key: number,
    count: number,
    created: boolean,
  ) {
    this.id = id;
    this.key = key;
    this.count = count;
    this.created = created;
  }

  /**
   * Creates a set.
   *
   * The values are set after the kernel made the set, with zeros; who opens it
   * between the two finds zeros, and waits.
   *
   * @param options Values, key and the rest.
   * @returns The set.
   * @throws {Deno.errors.AlreadyExists} When the key has a set (EEXIST).
   * @throws {SystemError} Above a limit of the system (EINVAL, ENOSPC).
   */
  static create(options: SemaphoreSetCreateOptions): SemaphoreSet {
    const { key = IPC_PRIVATE, mode = 0o600, ifExists = "fail" } = options;
    const { count, values } = checkValues(options.values);
    checkI32(key, "key");
    checkMode(mode);
    checkWord(ifExists, ["fail", "open"], "ifExists");
    const flags = IPC_CREAT | IPC_EXCL | mode;
    const act = `create semaphore set ${shown(key)}`;
    const create = () => {
      const set = new SemaphoreSet(
        getSet(key, count, flags, act),
        key,
        count,
        true,
      );
      if (values !== undefined) set.#initialize(values);
      return set;
    };
    const open = () => {
      const set = SemaphoreSet.open({ key });
      if (set.count === count) return set;
      throw new RangeError(
        `Cannot open semaphore set ${
          shown(key)
        }: it has ${set.count} semaphores, and ${count} were expected`,
      );
    };
    return ifExists === "open" ? createOrOpen(create, open) : create();
  }

  /**
   * Opens a set that exists, by key or by id.
   *
   * @param options Which one.
   * @returns The set.
   * @throws {Deno.errors.NotFound} When the key has no set (ENOENT).
   * @throws {SystemError} When the id has no set (EINVAL).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   */
  static open({ key, id }: SemaphoreSetOpenOptions): SemaphoreSet {
    if ((key === undefined) === (id === undefined)) {
      throw new TypeError(
        `Cannot open semaphore set: give its key or its id: received ${
          describe(key)
        } and ${describe(id)}`,
      );
    }
    if (key === IPC_PRIVATE) {
      throw new RangeError(
        "Cannot open semaphore set: key 0 is IPC_PRIVATE, which finds none; open it by id",
      );
    }
    const found = key === undefined
      ? checkI32(id ?? 0, "id")
      : getSet(checkI32(key, "key"), 0, 0, `open semaphore set ${shown(key)}`);
    const act = `open semaphore set with id ${found}`;
    const status = setStatus(found, act);
    return new SemaphoreSet(found, key ?? status.key, status.count, false);
  }

  /**
   * Reads the limits of System V semaphores (`IPC_INFO`); Linux.
   *
   * @throws {Deno.errors.NotSupported} On macOS.
   */
  static limits(): SemaphoreLimits {
    return setLimits("read the limits of semaphores");
  }

  /** All values now (`GETALL`). */
  get values(): number[] {
    return readValues(this.id, this.count, this.#act("read the values of"));
  }

  /**
   * Sets all values (`SETALL`), whatever they are; for the one who made the set.
   *
   * @param values One for each semaphore, 0 to 32767.
   */
  setValues(values: readonly number[]): void {
    const { count } = checkValues(values);
    if (count !== this.count) {
      throw new RangeError(
        `Cannot set values: the set has ${this.count} semaphores, and received ${count} values`,
      );
    }
    writeValues(this.id, values, this.#act("set the values of"));
  }

  /**
   * Sets one value (`SETVAL`), whatever it is.
   *
   * @param index Which semaphore.
   * @param value 0 to 32767.
   */
  setValue(index: number, value: number): void {
    checkInteger(index, "index", 0, this.count - 1);
    checkInteger(value, "value", 0, MAX_VALUE);
    writeValue(this.id, index, value, this.#act("set a value of"));
  }

  /**
   * Reads one semaphore: value, last process, who waits.
   *
   * @param index Which semaphore.
   */
  state(index: number): SemaphoreState {
    checkInteger(index, "index", 0, this.count - 1);
    const act = this.#act("read");
    const query = (name: "GETPID" | "GETNCNT" | "GETZCNT") =>
      querySemaphore(this.id, index, name, act);
    return {
      value: this.values[index] ?? 0,
      lastPid: query("GETPID"),
      waitingForMore: query("GETNCNT"),
      waitingForZero: query("GETZCNT"),
    };
  }

  /** Reads owner, mode and times (`IPC_STAT`). */
  status(): SemaphoreSetStatus {
    return setStatus(this.id, this.#act("read the status of"));
  }

  /**
   * Changes owner, group or mode (`IPC_SET`); what is left out stays.
   *
   * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's,
   * the creator's or root's (EPERM).
   */
  set(changes: SegmentChanges): void {
    checkChanges(changes);
    changeSet(this.id, changes, this.#act("change"));
  }

  /**
   * Does operations, all at once or none (`semtimedop(2)`), blocking this thread
   * until all can be done.
   *
   * @param operations What to do, in order.
   * @param options Timeout. On macOS there is none but 0.
   * @returns `"ok"`, or `"timed-out"` with nothing done; also when one with
   * `noWait` would have to wait.
   * @throws {SystemError} When the set is removed meanwhile (EIDRM) or gone
   * (EINVAL), when a value would grow too large (ERANGE), or there are too many
   * operations (E2BIG).
   */
  operate(
    operations: readonly SemaphoreOperation[],
    { timeoutMs = Infinity }: { readonly timeoutMs?: number } = {},
  ): "ok" | "timed-out" {
    checkTimeout(timeoutMs, "operate semaphores");
    const { packed, mayWait, mayRefuse } = this.#pack(operations);
    const act = this.#act("operate");
    if (!mayWait) return operate(this.id, packed, 0, act) ? "ok" : "timed-out";
    const end = performance.now() + timeoutMs;
    let waited = false;
    for (;;) {
      const left = Math.max(0, end - performance.now());
      const slice = Math.min(left, SLICE_MS);
      const start = performance.now();
      const call = () => operate(this.id, packed, slice, act);
      if (waited ? this.#afterWaiting(call, act) : call()) return "ok";
      waited = true;
      if (left <= slice || mayRefuse && isEarly(start, slice)) {
        return "timed-out";
      }
    }
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
   * signal's reason with nothing done, or like {@linkcode SemaphoreSet.operate}
   * throws.
   */
  async operateAsync(
    operations: readonly SemaphoreOperation[],
    options: WaitAsyncOptions = {},
  ): Promise<"ok" | "timed-out"> {
    const { timeoutMs = Infinity, signal } = options;
    checkTimeout(timeoutMs, "operate semaphores");
    signal?.throwIfAborted();
    const { packed, mayWait, mayRefuse } = this.#pack(operations);
    const act = this.#act("operate");
    const now = () => operate(this.id, packed, 0, act);
    if (now()) return "ok";
    if (!mayWait) return "timed-out";
    const end = performance.now() + timeoutMs;
    for (;;) {
      const left = end - performance.now();
      if (left <= 0) return now() ? "ok" : "timed-out";
      const slice = Math.min(left, POOL_SLICE_MS);
      const start = performance.now();
      if (await this.#sleep(packed, operations, slice, signal)) return "ok";
      if (mayRefuse && isEarly(start, slice)) return "timed-out";
      if (this.#afterWaiting(now, act)) return "ok";
    }
  }

  /**
   * Removes the set (`IPC_RMID`); who waits for it is told, with EIDRM.
   *
   * @throws {SystemError} When it is gone already (EINVAL).
   * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's,
   * the creator's or root's (EPERM).
   */
  remove(): void {
    removeSet(this.id, this.#act("remove"));
  }

  /** Waits a while on the pool; gives whether the operations were done. */
  async #sleep(
    packed: Uint8Array<ArrayBuffer>,
    operations: readonly SemaphoreOperation[],
    ms: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const place = await turnstile.enter(ms, signal);
    if (place === null) return false;
    // It may have come in the moment between.
    if (signal?.aborted) {
      place[Symbol.dispose]();
      signal.throwIfAborted();
    }
    const done = operateOnPool(this.id, packed, ms)
      .finally(() => place[Symbol.dispose]());
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort);
    try {
      return await Promise.race([done, aborted]);
    } catch (error) {
      // The kernel may still do them; then they are taken back.
      done.then((late) => late && this.#takeBack(operations));
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** A set that is gone was removed while this waited for it: that is EIDRM. */
  #afterWaiting(call: () => boolean, act: string): boolean {
    try {
      return call();
    } catch (error) {
      if (!hasCode(error, "EINVAL")) throw error;
      throw systemError("semop", errnoNumber("EIDRM"), act);
    }
  }

  #takeBack(operations: readonly SemaphoreOperation[]): void {
    const inverse = operations
      .filter(({ delta }) => delta !== 0)
      .map(({ index, delta, undo = false }) => ({
        index,
        delta: -delta,
        undo,
      }));
    const packed = packOperations(inverse.reverse());
    try {
      operate(this.id, packed, 0, this.#act("take back operations of"));
    } catch (error) {
      // Nobody is left to tell, and a set that is gone needs nothing back.
      if (!isSystemError(error)) throw error;
    }
  }

  #initialize(values: readonly number[]): void {
    try {
      this.setValues(values);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  #pack(operations: readonly SemaphoreOperation[]) {
    if (operations.length === 0) {
      throw new TypeError("Cannot operate semaphores: there is no operation");
    }
    for (const { index, delta } of operations) {
      checkInteger(index, "index", 0, this.count - 1);
      checkInteger(delta, "delta", -MAX_VALUE, MAX_VALUE);
    }
    return {
      packed: packOperations(operations),
      mayWait: operations.some(({ delta, noWait }) => delta <= 0 && !noWait),
      mayRefuse: operations.some(({ noWait }) => noWait),
    };
  }

  #act(act: string): string {
    return `${act} semaphore set ${this.id}`;
  }
}

/** Whether a wait came back before its time: one with `noWait` refused. */
function isEarly(start: number, ms: number): boolean {
  return performance.now() - start < ms / 2;
}

function checkValues(values: number | readonly number[]) {
  if (typeof values === "number") {
    return { count: checkInteger(values, "values", 1, MAX_COUNT) };
  }
  checkInteger(values.length, "the number of values", 1, MAX_COUNT);
  for (const value of values) checkInteger(value, "value", 0, MAX_VALUE);
  return { count: values.length, values };
}

function shown(key: number): string {
  return key === IPC_PRIVATE
    ? "without a key"
    : `with key 0x${(key >>> 0).toString(16)}`;
}
