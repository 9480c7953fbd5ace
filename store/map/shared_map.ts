import { describe } from "../../memory/checks/integers.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import type { Place } from "../object/place.ts";
import type { StoreObject } from "../object/store_object.ts";
import type { LayoutOptions } from "../../memory/checks/value_layout.ts";
import { waitForLayout } from "../object/wait_for.ts";
import type { Entry } from "./map_chunks.ts";
import { MapEntries } from "./map_entries.ts";
import { flagsOf, type Key, keyBytes, keyOf } from "./map_key.ts";
import { createMap, type MapObject, openMap } from "./map_object.ts";
import {
  NOUN,
  readExpiry,
  readUpdateOptions,
  type SetOptions,
  type SharedMapOptions,
  type SharedMapUsage,
  type UpdateOptions,
} from "./map_options.ts";
import { checkValue, isSame } from "./map_value.ts";

/**
 * Keys and values in a fixed budget of memory, between any number of processes:
 * sessions, a cache, what was looked up. Linux.
 *
 * Reading takes no lock. A change is whole or did not happen, whatever moment its
 * process is killed at. Values are bytes; a copy goes in and out.
 *
 * @example A cache
 * ```ts
 * import { SharedMap } from "@shmem/shmem/store";
 *
 * const name = `/cache-${crypto.randomUUID()}`;
 * using cache = SharedMap.create(name, { budget: 2 ** 20, eviction: "lru" });
 * cache.set("user:7", new TextEncoder().encode("Zoë"), { ttlMs: 60_000 });
 *
 * using other = SharedMap.open(name); // another process
 * console.log(new TextDecoder().decode(other.get("user:7"))); // Zoë
 * console.log(other.get("user:8"), other.size); // undefined 1
 * cache.unlink();
 * ```
 */
export class SharedMap implements Disposable {
  readonly #object: StoreObject<"read-write">;
  readonly #entries: MapEntries;
  readonly #made: MapObject;

  private constructor(made: MapObject) {
    this.#object = made.object;
    this.#entries = new MapEntries(made);
    this.#made = made;
  }

  /**
   * Creates a map, empty.
   *
   * @param place A name, or `{ path }`.
   * @param options The budget, and so on.
   * @returns The handle.
   * @throws {Deno.errors.AlreadyExists} When there is one (EEXIST).
   * @throws {RangeError} With `ifExists: "open"`, when the one that is there has
   * another budget.
   * @throws {Deno.errors.InvalidData} The same, when it has values of another layout.
   */
  static create(place: Place, options: SharedMapOptions): SharedMap {
    return createMap(place, options, (made) => new SharedMap(made));
  }

  /**
   * Opens a map.
   *
   * @param place A name, or `{ path }`.
   * @param options The layout that values should have.
   * @returns The handle.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.InvalidData} When it is something else, damaged, or has
   * values of another layout.
   */
  static open(place: Place, options?: LayoutOptions): SharedMap {
    return openMap(place, options, (made) => new SharedMap(made));
  }

  /**
   * Opens a map as soon as it is there.
   *
   * @param place A name, or `{ path }`.
   * @param options What {@linkcode SharedMap.open} takes, and how long to wait.
   * @returns The handle. Rejects with `Deno.errors.TimedOut` when the time is
   * over, and with the signal's reason.
   */
  static async waitFor(
    place: Place,
    options?: LayoutOptions & WaitOptions,
  ): Promise<SharedMap> {
    const open = (expected: LayoutOptions) => SharedMap.open(place, expected);
    return await waitForLayout(NOUN, place, open, options);
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

  /** How many entries there are, expired ones that were not removed included. */
  get size(): number {
    return this.usage().entries;
  }

  /**
   * Reads a value.
   *
   * @param key Its key.
   * @returns A copy, or `undefined` without such an entry.
   * @throws {Deno.errors.InvalidData} When a process overwrote the map.
   */
  get(key: Key): Uint8Array<ArrayBuffer> | undefined {
    return this.#entries.get(this.#key(key, "get"));
  }

  /**
   * Returns whether there is an entry.
   *
   * @param key Its key.
   */
  has(key: Key): boolean {
    return this.#entries.has(this.#key(key, "look into"));
  }

  /**
   * Sets a value.
   *
   * @param key Its key: up to 1024 bytes, text as UTF-8.
   * @param value Its bytes, up to a quarter of the budget; copied.
   * @param options How long it lives.
   * @throws {RangeError} When key or value are too long.
   * @throws {SystemError} When there is no room, and nothing is evicted (ENOSPC).
   * @throws {Deno.errors.TimedOut} When a process was stopped in the middle of a
   * change, and did not go on within 10 seconds.
   */
  set(key: Key, value: Uint8Array, options?: SetOptions): void {
    const rest = this.#rest(key, value, options);
    this.#entries.set({ ...rest, key: this.#key(key, "set in") });
  }

  /**
   * Removes an entry.
   *
   * @param key Its key.
   * @returns Whether there was one that had not expired.
   */
  delete(key: Key): boolean {
    const bytes = this.#key(key, "delete from");
    using _key = this.#entries.lock(bytes);
    return this.#entries.remove(bytes);
  }

  /**
   * Computes a new value from the old one, while no other process changes it.
   *
   * The function is called once; what it throws leaves the entry as it was. It
   * must not change entries of the same map, and not wait: all keys that share its
   * lock wait for it. Readers do not.
   *
   * @param key The key.
   * @param change Takes the old value, `undefined` without one, and returns the
   * new one, or `undefined` to remove the entry.
   * @param options How long the new value lives, and how long to wait for another
   * process that changes it.
   * @returns What the function returned.
   */
  update(
    key: Key,
    change: (
      old: Uint8Array<ArrayBuffer> | undefined,
    ) => Uint8Array | undefined,
    options?: UpdateOptions,
  ): Uint8Array | undefined {
    const operation = `update ${this.#object.what}`;
    const { set, timeoutMs } = readUpdateOptions(options, operation);
    if (typeof change !== "function") {
      throw new TypeError(
        `Cannot ${operation}: it takes a function: received ${
          describe(change)
        }`,
      );
    }
    const bytes = this.#key(key, "update").slice();
    using _key = this.#entries.lock(bytes, timeoutMs);
    const value = change(this.get(key));
    if (value === undefined) this.#entries.remove(bytes);
    else this.#entries.put({ ...this.#rest(key, value, set), key: bytes });
    return value;
  }

  /**
   * Sets a value if the one that is there is what is expected.
   *
   * @param key The key.
   * @param expected The value that must be there; null: none.
   * @param replacement The new value; null: remove the entry.
   * @param options How long the new value lives.
   * @returns Whether it was.
   */
  compareAndSet(
    key: Key,
    expected: Uint8Array | null,
    replacement: Uint8Array | null,
    options?: SetOptions,
  ): boolean {
    const bytes = this.#key(key, "change").slice();
    const entry = replacement === null
      ? undefined
      : { ...this.#rest(key, replacement, options), key: bytes };
    const wanted = expected === null
      ? undefined
      : this.#checkValue(expected).slice();
    using _key = this.#entries.lock(bytes);
    if (!isSame(this.get(key), wanted)) return false;
    if (entry === undefined) this.#entries.remove(bytes);
    else this.#entries.put(entry);
    return true;
  }

  /**
   * Goes through the entries. What changes meanwhile may be there or not; no
   * entry comes in part, and none twice that stays.
   */
  *entries(): Generator<[Key, Uint8Array<ArrayBuffer>], void> {
    for (const { key, value, flags } of this.#entries.all()) {
      yield [keyOf(key, flags), new Uint8Array(value)];
    }
  }

  /** Goes through the keys, as they were set: text as text, bytes as bytes. */
  *keys(): Generator<Key, void> {
    for (const [key] of this.entries()) yield key;
  }

  /** The same as {@linkcode SharedMap.entries}, for `for of`. */
  [Symbol.iterator](): Generator<[Key, Uint8Array<ArrayBuffer>], void> {
    return this.entries();
  }

  /** Removes all entries. */
  clear(): void {
    this.#entries.clear();
  }

  /** Tells how much of the budget is used. */
  usage(): SharedMapUsage {
    return this.#entries.usage();
  }

  /** Removes the name or file; processes that have it open go on with it. */
  unlink(): void {
    this.#object.unlink();
  }

  /** Closes this handle. Harmless when that was done before. */
  close(): void {
    this.#object.close();
  }

  /** The same as {@linkcode SharedMap.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** An entry without its key, which is made last: it lies where others do, too. */
  #rest(key: Key, value: Uint8Array, options?: SetOptions): Omit<Entry, "key"> {
    const operation = `set in ${this.#object.what}`;
    return {
      value: this.#checkValue(value),
      flags: flagsOf(key),
      expires: options === undefined ? 0 : readExpiry(options, operation),
    };
  }

  #checkValue(value: Uint8Array): Uint8Array {
    const { what } = this.#object;
    return checkValue(value, this.#made, what);
  }

  #key(key: Key, operation: string): Uint8Array<ArrayBuffer> {
    return keyBytes(key, `${operation} ${this.#object.what}`);
  }
}
