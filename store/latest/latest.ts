import {
  ReadonlyBytes,
  readonlyBytes,
  viewOf,
} from "../../memory/views/readonly_bytes.ts";
import { readOptions } from "../../memory/checks/options.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import { inTurn } from "../../memory/waiting/turns.ts";
import type { Place } from "../object/place.ts";
import type { StoreObject } from "../object/store_object.ts";
import {
  readPatience,
  WAIT_OPTIONS,
  waitForObject,
} from "../object/wait_for.ts";
import type { Slots } from "./latest_layout.ts";
import {
  createLatest,
  type LatestObject,
  openLatest,
} from "./latest_object.ts";
import {
  type LatestInfo,
  type LatestOpenOptions,
  type LatestOptions,
  type LatestValue,
  NOUN,
  OPEN_NAMES,
} from "./latest_options.ts";
import { LatestReader } from "./latest_reader.ts";
import { LatestWaiter } from "./latest_waiter.ts";
import { LatestWriter } from "./latest_writer.ts";

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

  private constructor({ object, slots, layout }: LatestObject) {
    const { bytes } = object.mapping;
    const raw = bytes instanceof ReadonlyBytes ? viewOf(bytes) : bytes;
    const readable = bytes instanceof ReadonlyBytes
      ? bytes
      : readonlyBytes(bytes);
    this.#object = object;
    this.#slots = slots;
    this.#reader = new LatestReader(object, raw, readable, slots);
    this.#writer = new LatestWriter(object, raw, slots, layout);
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
    return createLatest(place, options, (made) => new Latest(made));
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
    return openLatest(place, options, (made) => new Latest(made));
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
    options?: LatestOpenOptions & WaitOptions,
  ): Promise<Latest> {
    const names = { ...WAIT_OPTIONS, ...OPEN_NAMES };
    const read = readOptions(options, names, `wait for ${NOUN}`);
    const { timeoutMs, signal, ...rest } = read;
    const open = () => Latest.open(place, rest);
    return await waitForObject(NOUN, place, open, { timeoutMs, signal });
  }

  /** Its name with a slash, or its path. */
  get name(): string {
    return this.#object.name;
  }

  /** The label that its creator gave it; empty when there is none. */
  get label(): string {
    return this.#object.label;
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
   * Writes a value, and wakes all that wait for it.
   *
   * @param value Its bytes.
   * @returns Its number.
   * @throws {RangeError} When it is too long, or its length does not fit the layout
   * that this handle was given.
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
   * @throws {RangeError} When it is not that long, or the length does not fit the
   * layout that this handle was given; it stays claimed.
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
   * @param handler Takes the bytes, which the writer overwrites sooner or later, and
   * returns a result; it must not be async.
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
        if (value !== null) return inTurn(value);
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
