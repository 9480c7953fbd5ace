import { checkSize } from "../../memory/checks/checks.ts";
import { describe } from "../../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import {
  ReadonlyBytes,
  readonlyBytes,
  viewOf,
} from "../../memory/views/readonly_bytes.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import type { Place } from "../object/place.ts";
import { StoreObject, type StoreOptions } from "../object/store_object.ts";
import {
  checkLayout,
  layoutBytes,
  layoutText,
  requireLayout,
  type ValueLayout,
} from "../object/value_layout.ts";
import { readPatience, waitForObject } from "../object/wait_for.ts";
import {
  FLAGS,
  isSound,
  KIND,
  type Slots,
  slotsFor,
  TEXT,
  TEXT_LENGTH,
  WAKE_READERS,
} from "./latest_layout.ts";
import { LatestReader } from "./latest_reader.ts";
import { LatestWaiter } from "./latest_waiter.ts";
import { LatestWriter } from "./latest_writer.ts";

/** Options of {@linkcode Latest.create}. */
export interface LatestOptions extends StoreOptions {
  /** Bytes of the largest value. Default: the size of `layout`, else required. */
  readonly byteLength?: number;
  /**
   * How many values there is room for, a power of two from 2 to 65536. A reader
   * that works in place, or copies slowly, is overtaken when one less than this
   * many values are written meanwhile. Default: 4.
   */
  readonly slots?: number;
  /** What values are, to be compared with what others say. Default: anything. */
  readonly layout?: ValueLayout;
  /**
   * Whether each write wakes readers that may only read the memory and so cannot
   * say that they sleep: a system call a write. Without, such a reader looks
   * every 10 ms. Default: whether `mode` lets someone read who may not write.
   */
  readonly wakeReaders?: boolean;
}

/** Options of {@linkcode Latest.open}. */
export interface LatestOpenOptions {
  /** What the handle may do. Default: `"read-write"`. */
  readonly access?: "read" | "read-write";
  /** What values are: another layout is refused. Default: anything. */
  readonly layout?: ValueLayout;
}

/** A value that {@linkcode Latest.read} copied. */
export interface LatestValue {
  /** A copy, which nobody else writes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its number: the first value ever written is 1. */
  readonly number: number;
  /**
   * How many values were written since the one that this handle read before, and
   * passed over.
   */
  readonly skipped: number;
}

/** What {@linkcode Latest.view} tells about the value in place. */
export interface LatestInfo {
  /** Its number: the first value ever written is 1. */
  readonly number: number;
  /** How many were passed over since the one that this handle read before. */
  readonly skipped: number;
}

const NOUN = "latest value";
const CREATE_NAMES: OptionNames<LatestOptions> = {
  byteLength: true,
  slots: true,
  layout: true,
  wakeReaders: true,
  mode: true,
  ifExists: true,
  ifStale: true,
};
const OPEN_NAMES: OptionNames<LatestOpenOptions> = {
  access: true,
  layout: true,
};
const DEFAULT_SLOTS = 4;

/**
 * The newest complete value of something: a camera frame, a position, the
 * configuration. One process writes, and never waits; any number read, and never
 * disturb it. No value is ever seen in part. Linux.
 *
 * A process that is killed while it writes leaves the value before; another one
 * may then go on. Programs in C take part by `include/shmem/latest.h`.
 *
 * @example Write and read
 * ```ts
 * import { Latest } from "@shmem/shmem/store";
 *
 * const name = `/position-${crypto.randomUUID()}`;
 * using writer = Latest.create(name, { byteLength: 100 });
 * writer.write(Uint8Array.of(1, 2, 3));
 *
 * using reader = Latest.open(name, { access: "read" }); // another process
 * console.log(reader.read()?.bytes); // Uint8Array(3) [ 1, 2, 3 ]
 * writer.unlink();
 * ```
 *
 * @example Follow it
 * ```ts
 * import { Latest } from "@shmem/shmem/store";
 *
 * const name = `/position-${crypto.randomUUID()}`;
 * using latest = Latest.create(name, { byteLength: 8 });
 * for (let i = 1; i <= 5; i++) latest.write(Uint8Array.of(i));
 * for await (const { bytes, skipped } of latest) {
 *   console.log(bytes[0], skipped); // 5 4
 *   break;
 * }
 * latest.unlink();
 * ```
 */
export class Latest implements Disposable, AsyncIterable<LatestValue> {
  readonly #object: StoreObject;
  readonly #slots: Slots;
  readonly #reader: LatestReader;
  readonly #waiter: LatestWaiter;
  readonly #writer: LatestWriter;

  private constructor(object: StoreObject, slots: Slots) {
    const { bytes } = object.mapping;
    const raw = bytes instanceof ReadonlyBytes ? viewOf(bytes) : bytes;
    const readable = bytes instanceof ReadonlyBytes
      ? bytes
      : readonlyBytes(bytes);
    this.#object = object;
    this.#slots = slots;
    this.#reader = new LatestReader(object, raw, readable, slots);
    this.#writer = new LatestWriter(object, raw, slots);
    this.#waiter = new LatestWaiter(object, raw);
  }

  /**
   * Creates it, without a value.
   *
   * @param place A name, or `{ path }`.
   * @param options How large values are, and so on.
   * @returns The handle.
   * @throws {Deno.errors.AlreadyExists} When there is one (EEXIST).
   * @throws {RangeError} With `ifExists: "open"`, when the one that is there takes
   * other values.
   */
  static create(place: Place, options: LatestOptions): Latest {
    const operation = `create ${NOUN}`;
    const read = readOptions(options, CREATE_NAMES, operation);
    const layout = checkLayout(read.layout, operation);
    const byteLength = checkSize(
      read.byteLength ?? layout?.size ?? missing(operation),
      "byteLength",
    );
    const { slots: count = DEFAULT_SLOTS, mode = 0o600 } = read;
    if (!isSound(byteLength, count)) {
      throw new RangeError(
        `Cannot ${operation}: slots must be a power of two from 2 to 65536: received ${
          describe(count)
        }`,
      );
    }
    const { wakeReaders = wakesBy(mode) } = read;
    if (typeof wakeReaders !== "boolean") {
      throw new TypeError(
        `Cannot ${operation}: wakeReaders must be a boolean: received ${
          describe(wakeReaders)
        }`,
      );
    }
    const text = layoutBytes(layout);
    const slots = slotsFor(byteLength, count, text.byteLength);
    const object = StoreObject.create(NOUN, place, {
      mode,
      ...(read.ifExists === undefined ? {} : { ifExists: read.ifExists }),
      ...(read.ifStale === undefined ? {} : { ifStale: read.ifStale }),
      header: {
        kind: KIND,
        size: slots.size,
        hash: layout?.hash ?? 0n,
        a: byteLength,
        b: count,
      },
      fill: (bytes) => {
        const words = new Int32Array(bytes.buffer, bytes.byteOffset, TEXT / 4);
        words[FLAGS] = wakeReaders ? WAKE_READERS : 0;
        words[TEXT_LENGTH] = text.byteLength;
        bytes.set(text, TEXT);
      },
    });
    return Latest.#over(object, (found) => {
      requireLayout(
        object.what,
        layout,
        object.header(KIND).hash,
        () => textOf(object),
      );
      const differs = found.capacity !== byteLength ||
        (read.slots !== undefined && found.count !== count);
      if (!differs) return;
      throw new RangeError(
        `Cannot open ${object.what}: it has ${found.count} slots of ${found.capacity} bytes, and ${count} of ${byteLength} were asked for`,
      );
    });
  }

  /**
   * Opens one that was created.
   *
   * @param place A name, or `{ path }`.
   * @param options What the handle may do, and what values should be.
   * @returns The handle.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.InvalidData} When it is something else, damaged, or has
   * values of another layout.
   */
  static open(place: Place, options?: LatestOpenOptions): Latest {
    const operation = `open ${NOUN}`;
    const { access = "read-write", layout } = readOptions(
      options,
      OPEN_NAMES,
      operation,
    );
    if (access !== "read" && access !== "read-write") {
      throw new TypeError(
        `Cannot ${operation}: access must be "read" or "read-write": received ${
          describe(access)
        }`,
      );
    }
    const expected = checkLayout(layout, operation);
    const object = StoreObject.open(NOUN, place, access);
    return Latest.#over(object, () => {
      requireLayout(
        object.what,
        expected,
        object.header(KIND).hash,
        () => textOf(object),
      );
    });
  }

  /**
   * Opens one as soon as it is there.
   *
   * @param place A name, or `{ path }`.
   * @param options What {@linkcode Latest.open} takes, and how long to wait.
   * @returns The handle. Rejects with `Deno.errors.TimedOut` when the time is
   * over, and with the signal's reason.
   */
  static async waitFor(
    place: Place,
    options: LatestOpenOptions & WaitOptions = {},
  ): Promise<Latest> {
    const { timeoutMs, signal, ...open } = { ...options };
    return await waitForObject(NOUN, place, () => Latest.open(place, open), {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  static #over(
    object: StoreObject,
    check: (slots: Slots) => void,
  ): Latest {
    using undo = new DisposableStack();
    undo.defer(() => {
      if (object.created) object.unlink();
      object.close();
    });
    const { a: capacity, b: count } = object.header(KIND);
    const textLength = wordsOf(object)[TEXT_LENGTH]! >>> 0;
    const slots = slotsFor(capacity, count, textLength);
    if (!isSound(capacity, count) || slots.size !== object.size) {
      throw new Deno.errors.InvalidData(
        `Cannot open ${object.what}: its header is damaged: ${count} slots of ${capacity} bytes do not make ${object.size} bytes`,
      );
    }
    check(slots);
    const latest = new Latest(object, slots);
    undo.move();
    return latest;
  }

  /** Its name with a slash, or its path. */
  get name(): string {
    return this.#object.name;
  }

  /** Whether this handle created it. */
  get created(): boolean {
    return this.#object.created;
  }

  /** Bytes of the largest value that it takes. */
  get byteLength(): number {
    return this.#slots.capacity;
  }

  /** Whether a process has written and has it open still. */
  get hasWriter(): boolean {
    return this.#writer.held || this.#writer.heldElsewhere;
  }

  /**
   * Writes a value, and wakes who waits for it.
   *
   * @param value Its bytes.
   * @returns Its number.
   * @throws {RangeError} When it is too long.
   * @throws {Deno.errors.Busy} When another handle writes.
   * @throws {TypeError} When the handle may only read, or has claimed.
   */
  write(value: Uint8Array | ReadonlyBytes): number {
    return this.#writer.write(value);
  }

  /**
   * Lends the memory of the next value, to be filled in place.
   *
   * @returns Memory for the largest value, with what was there before; end with
   * {@linkcode Latest.commit} or {@linkcode Latest.abort}, and do not write to it
   * afterwards.
   * @throws {Deno.errors.Busy} When another handle writes.
   * @throws {TypeError} When the handle may only read, or has claimed already.
   */
  claim(): Uint8Array<ArrayBuffer> {
    return this.#writer.claim();
  }

  /**
   * Makes what was claimed the newest value.
   *
   * @param byteLength How many bytes of it count. Default: all.
   * @returns Its number.
   * @throws {TypeError} When nothing is claimed.
   * @throws {RangeError} When it is not that long.
   */
  commit(byteLength: number = this.#slots.capacity): number {
    return this.#writer.commit(byteLength);
  }

  /** Releases what was claimed; harmless when nothing was. */
  abort(): void {
    this.#writer.abort();
  }

  /**
   * Copies the newest value.
   *
   * @returns It, or null when none was written yet.
   * @throws {Deno.errors.Busy} When the writer overtook it again and again; create
   * it with more slots.
   * @throws {Deno.errors.InvalidData} When a process overwrote the object.
   */
  read(): LatestValue | null {
    return this.#reader.read();
  }

  /**
   * Copies the newest value into memory of one's own.
   *
   * @param target Where to; it must have room for the value.
   * @returns Its length in bytes, or null when none was written yet.
   * @throws {RangeError} When there is no room.
   * @throws {Deno.errors.Busy} When the writer overtook it again and again.
   */
  readInto(target: Uint8Array): number | null {
    return this.#reader.readInto(target);
  }

  /**
   * Looks at the newest value in place, without copying it.
   *
   * The writer may overwrite it meanwhile; then the handler is called again with
   * a newer one, a hundred times at most. So it must do nothing but compute a
   * result, and believe nothing before `view` returns.
   *
   * @param handler Takes the bytes, which end with the call, and returns a result.
   * @returns What the handler returned for a value that was whole all the time;
   * null when none was written yet.
   * @throws {Deno.errors.Busy} When the writer overtook it again and again.
   * @throws What the handler threw for a value that was whole.
   */
  view<Result>(
    handler: (bytes: ReadonlyBytes, info: LatestInfo) => Result,
  ): Result | null {
    return this.#reader.view(handler);
  }

  /**
   * Waits for a value that this handle has not read yet, and copies the newest.
   *
   * @param options How long to wait, and a signal.
   * @returns The value. Rejects with `Deno.errors.TimedOut` when the timeout expires,
   * with the signal's reason, or with `Deno.errors.BadResource` when the handle
   * is closed meanwhile.
   */
  async next(options?: WaitOptions): Promise<LatestValue> {
    const patience = readPatience(options, `wait for ${this.#object.what}`);
    for (;;) {
      if (this.#reader.hasNew) {
        const value = this.#reader.read();
        if (value !== null) return value;
      }
      await this.#waiter.wait(this.#reader.seen, patience);
    }
  }

  /**
   * Follows it: the newest value first, if there is one, then each time the
   * newest of those that came meanwhile.
   *
   * @param options A signal, and how long to wait for each.
   */
  async *values(options?: WaitOptions): AsyncGenerator<LatestValue, void> {
    for (;;) yield await this.next(options);
  }

  /** The same as {@linkcode Latest.values}, for `for await`. */
  [Symbol.asyncIterator](): AsyncGenerator<LatestValue, void> {
    return this.values();
  }

  /** Removes the name or file; processes that have it open go on with it. */
  unlink(): void {
    this.#object.unlink();
  }

  /** Closes this handle. Harmless when that was done before. */
  close(): void {
    this.#waiter.leave();
    this.#object.close();
  }

  /** The same as {@linkcode Latest.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function wordsOf({ mapping: { bytes } }: StoreObject): Int32Array {
  const raw = bytes instanceof ReadonlyBytes ? viewOf(bytes) : bytes;
  return new Int32Array(raw.buffer, raw.byteOffset, TEXT / 4);
}

function textOf(object: StoreObject): string {
  const { bytes } = object.mapping;
  const length = wordsOf(object)[TEXT_LENGTH]! >>> 0;
  return layoutText((start, end) => bytes.slice(start, end), TEXT, length);
}

/** Whether someone may read and not write. */
function wakesBy(mode: number): boolean {
  return ((mode >> 1) & ~mode & 0o022) !== 0;
}

function missing(operation: string): never {
  throw new TypeError(
    `Cannot ${operation}: it takes byteLength, the bytes of the largest value, or a layout`,
  );
}
