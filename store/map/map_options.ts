import { describe } from "../../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import {
  checkSignal,
  checkTimeout,
} from "../../memory/waiting/wait_options.ts";
import {
  type CheckedLayout,
  checkLayout,
  requireRoom,
  type ValueLayout,
} from "../../memory/checks/value_layout.ts";
import type { StoreOptions } from "../object/store_object.ts";

/** Options of {@linkcode SharedMap.create}. */
export interface SharedMapOptions extends StoreOptions {
  /**
   * Bytes for all entries together, from 4096 to 32 GiB; it is never exceeded. An
   * entry takes 48 bytes, its key and its value, in pieces of 128 bytes.
   */
  readonly budget: number;
  /**
   * What happens when there is no room: `"none"`, an error (ENOSPC); `"lru"`,
   * entries that were not used for longest go. Default: `"none"`.
   */
  readonly eviction?: "none" | "lru";
  /**
   * The layout of values: each is one of it, or several in a row. Opening the map
   * with another one fails. Default: none, values are any bytes.
   */
  readonly layout?: ValueLayout;
}

/** How {@linkcode SharedMap.set} sets. */
export interface SetOptions {
  /** How long the entry lives, in milliseconds. Default: indefinitely. */
  readonly ttlMs?: number;
}

/** How {@linkcode SharedMap.update} updates. */
export interface UpdateOptions extends SetOptions {
  /**
   * How long to wait for another process that changes the entry, in milliseconds.
   * Default: 10 seconds.
   */
  readonly timeoutMs?: number;
  /**
   * Ends the call with its reason, if it was aborted before; once the thread is
   * blocked nothing can end the wait but time.
   */
  readonly signal?: AbortSignal;
}

/** What a map holds. */
export interface SharedMapUsage {
  /** Entries, those that expired and were not removed yet included. */
  readonly entries: number;
  /** Bytes that they take. */
  readonly usedBytes: number;
  /** Bytes that they may take. */
  readonly budget: number;
}

/** What messages call a map. */
export const NOUN = "map";

const CREATE_NAMES: OptionNames<SharedMapOptions> = {
  budget: true,
  eviction: true,
  layout: true,
  mode: true,
  ifExists: true,
  ifStale: true,
  label: true,
};
const SET_NAMES: OptionNames<SetOptions> = { ttlMs: true };
const UPDATE_NAMES: OptionNames<UpdateOptions> = {
  ttlMs: true,
  timeoutMs: true,
  signal: true,
};

/** Reads how a map is created, once, and checks it. */
export function readMapOptions(options: SharedMapOptions): {
  readonly budget: number;
  /** Nothing where nothing was said. */
  readonly eviction: "none" | "lru" | undefined;
  readonly layout: CheckedLayout | undefined;
  readonly object: StoreOptions;
} {
  const operation = `create ${NOUN}`;
  const { budget, eviction, layout, ...object } = readOptions(
    options,
    CREATE_NAMES,
    operation,
  );
  if (!(Number.isInteger(budget) && budget >= 4096 && budget <= 2 ** 35)) {
    throw new RangeError(
      `Cannot ${operation}: the budget must be an integer from 4096 to 2^35: received ${
        describe(budget)
      }`,
    );
  }
  if (eviction !== undefined && eviction !== "none" && eviction !== "lru") {
    throw new TypeError(
      `Cannot ${operation}: eviction must be "none" or "lru": received ${
        describe(eviction)
      }`,
    );
  }
  const checked = checkLayout(layout, operation);
  requireRoom(
    checked,
    Math.trunc(budget / 4),
    "a quarter of budget",
    operation,
  );
  return { budget, eviction, layout: checked, object };
}

/** Reads when an entry expires, in milliseconds since 1970; 0 for never. */
export function readExpiry(
  options: SetOptions | undefined,
  operation: string,
): number {
  const { ttlMs } = readOptions(options, SET_NAMES, operation);
  if (ttlMs === undefined) return 0;
  if (typeof ttlMs === "number" && ttlMs >= 0 && ttlMs <= 1e12) {
    return Date.now() + ttlMs;
  }
  throw new RangeError(
    `Cannot ${operation}: ttlMs must be milliseconds, 0 or more: received ${
      describe(ttlMs)
    }`,
  );
}

/** Reads how an entry is updated: how it is set, and how long to wait. */
export function readUpdateOptions(
  options: UpdateOptions | undefined,
  operation: string,
): { readonly set: SetOptions; readonly timeoutMs: number | undefined } {
  const read = readOptions(options, UPDATE_NAMES, operation);
  const { timeoutMs, signal, ...set } = read;
  checkSignal(signal)?.throwIfAborted();
  return {
    set,
    timeoutMs: timeoutMs === undefined ? undefined : checkTimeout(timeoutMs),
  };
}
