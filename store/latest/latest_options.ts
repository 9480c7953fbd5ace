import { checkSize } from "../../memory/checks/checks.ts";
import { describe } from "../../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import type { StoreOptions } from "../object/store_object.ts";
import {
  type CheckedLayout,
  checkLayout,
  LAYOUT_OPTIONS,
  type LayoutOptions,
  requireRoom,
  type ValueLayout,
} from "../../memory/checks/value_layout.ts";
import { isSound } from "./latest_layout.ts";

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
  /**
   * The layout of values: each is one of it, or several in a row. Opening it with
   * another one fails. Default: none, values are any bytes.
   */
  readonly layout?: ValueLayout;
  /**
   * Whether each write wakes readers that may only read the memory and so cannot
   * say that they sleep: a system call a write. Without, such a reader looks
   * every 10 ms. Default: whether `mode` lets a user read who may not write.
   */
  readonly wakeReaders?: boolean;
}

/** Options of {@linkcode Latest.open}. */
export interface LatestOpenOptions extends LayoutOptions {
  /** What the handle may do. Default: `"read-write"`. */
  readonly access?: "read" | "read-write";
}

/** A value that {@linkcode Latest.read} copied. */
export interface LatestValue {
  /** A copy, which no other process writes. */
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

/** What messages call it. */
export const NOUN = "latest value";

const CREATE_NAMES: OptionNames<LatestOptions> = {
  byteLength: true,
  slots: true,
  layout: true,
  wakeReaders: true,
  mode: true,
  ifExists: true,
  ifStale: true,
  label: true,
};
/** Names of {@linkcode LatestOpenOptions}. */
export const OPEN_NAMES: OptionNames<LatestOpenOptions> = {
  ...LAYOUT_OPTIONS,
  access: true,
};
const DEFAULT_SLOTS = 4;

/** Options of a new one, read once and checked. */
export interface CheckedLatestOptions {
  readonly byteLength: number;
  readonly slots: number;
  /** Whether the number of slots was asked for. */
  readonly slotsGiven: boolean;
  readonly layout: CheckedLayout | undefined;
  readonly wakeReaders: boolean;
  readonly object: StoreOptions;
}

/** Reads how one is created, once, and checks it. */
export function readLatestOptions(
  options: LatestOptions,
): CheckedLatestOptions {
  const operation = `create ${NOUN}`;
  const read = readOptions(options, CREATE_NAMES, operation);
  const { byteLength: given, slots, wakeReaders, layout, ...object } = read;
  const checked = checkLayout(layout, operation);
  const byteLength = checkSize(
    given ?? checked?.size ?? missing(operation),
    "byteLength",
  );
  requireRoom(checked, byteLength, "byteLength", operation);
  const count = slots ?? DEFAULT_SLOTS;
  if (!isSound(byteLength, count)) {
    throw new RangeError(
      `Cannot ${operation}: slots must be a power of two from 2 to 65536: received ${
        describe(count)
      }`,
    );
  }
  const mode = object.mode ?? 0o600;
  const wakes = wakeReaders ?? wakesBy(mode);
  if (typeof wakes !== "boolean") {
    throw new TypeError(
      `Cannot ${operation}: wakeReaders must be a boolean: received ${
        describe(wakes)
      }`,
    );
  }
  return {
    byteLength,
    slots: count,
    slotsGiven: slots !== undefined,
    layout: checked,
    wakeReaders: wakes,
    object: { ...object, mode },
  };
}

/** Reads how one is opened, once, and checks it. */
export function readOpenOptions(options: LatestOpenOptions | undefined): {
  readonly access: "read" | "read-write";
  readonly layout: CheckedLayout | undefined;
} {
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
  return { access, layout: checkLayout(layout, operation) };
}

/** Whether a mode lets a user read who may not write. */
function wakesBy(mode: number): boolean {
  return ((mode >> 1) & ~mode & 0o022) !== 0;
}

function missing(operation: string): never {
  throw new TypeError(
    `Cannot ${operation}: it takes byteLength, the bytes of the largest value, or a layout`,
  );
}
