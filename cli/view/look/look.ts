/**
 * Looks at everything again and again, with the same functions as the commands.
 *
 * @module
 */

import {
  describe,
  type Description,
  type Entry,
  type Holders,
  type Kind,
  listObjects,
  processesOf,
  type ProcessScan,
  type Rates,
  ratesBetween,
  scanProcesses,
} from "../../inspect/mod.ts";
import type { Source } from "../pages.ts";
import { type Detail, detailOf } from "./detail.ts";
import type { Fields } from "./forms.ts";
import { History, type Past } from "./history.ts";
import { type Limit, machineLimits } from "./machine.ts";
import type { ObjectView, Picture } from "./picture.ts";
import { type Known, objectView, processViews } from "./views.ts";

/**
 * Who has what changes seldom, and is most of the work: it takes three percent
 * of one processor, unless that were too seldom.
 */
const SCAN_MS = 2000;
const PAUSE_FOR_EACH = 30;
const SELDOMEST_SCAN_MS = 10_000;

/** What changes without its size or its processes doing so. */
const MOVING: ReadonlySet<Kind> = new Set([
  "channel",
  "channel-many",
  "ring",
  "broadcast",
  "agrona-broadcast",
  "latest",
  "map",
  "work-queue",
  "semaphore",
]);

/** Of these processes keep nothing open. */
const UNHELD: ReadonlySet<Kind> = new Set([
  "semaphore-set",
  "system-queue",
]);

/** What to look at, and how. */
export interface LookOptions {
  readonly pattern?: string | undefined;
  readonly intervalMs: number;
  /** Where locks lie in plain objects that are not found there, in bytes. */
  readonly locks?: readonly number[] | undefined;
  /** Shows values by a layout. */
  readonly fields?: Fields | undefined;
  /** Removes what nobody has. Absent: nothing may be changed. */
  readonly removeStale?: (() => string[]) | undefined;
}

/** Looks at everything. */
export class Look implements Source {
  /** Removes what nobody has. */
  readonly removeStale: (() => string[]) | undefined;
  readonly #pattern: string | undefined;
  readonly #intervalMs: number;
  readonly #fields: Fields | undefined;
  readonly #locks: readonly number[];
  readonly #history = new History();
  readonly #descriptions = new Map<string, Description>();
  readonly #holders = new Map<string, Holders>();
  #scan: ProcessScan | undefined;
  #machine: readonly Limit[] = [];
  #nextScan = -Infinity;

  /** Looks at nothing yet. */
  constructor(options: LookOptions) {
    this.#pattern = options.pattern;
    this.#intervalMs = options.intervalMs;
    this.#fields = options.fields;
    this.#locks = options.locks ?? [];
    this.removeStale = options.removeStale;
  }

  /** Everything, as of now. */
  picture(): Picture {
    const scan = this.#scanned();
    const { entries, notes } = listObjects({
      scan,
      ...(this.#pattern === undefined ? {} : { pattern: this.#pattern }),
    });
    const known = entries
      .filter(({ kind }) => kind !== "other")
      .map((entry) => this.#know(entry, scan));
    this.#forget(new Set(known.map(({ entry }) => entry.name)));
    const objects = known.map(objectView);
    const picture = {
      time: Date.now(),
      intervalMs: this.#intervalMs,
      allowChanges: this.removeStale !== undefined,
      objects: byAddress(objects),
      processes: processViews(known, objects),
      machine: this.#machine,
      notes,
    };
    this.#history.add(picture);
    return picture;
  }

  /** The last minutes of an object. */
  history(address: string): Past | undefined {
    return this.#history.of(address);
  }

  /** All that is known of an object. */
  detail(address: string): Detail {
    return detailOf(address, {
      scan: this.#scanned(),
      locks: this.#locks,
      fields: this.#fields,
    });
  }

  #scanned(): ProcessScan {
    const started = performance.now();
    if (this.#scan === undefined || started >= this.#nextScan) {
      this.#scan = scanProcesses();
      this.#holders.clear();
      this.#machine = machineLimits();
      const took = performance.now() - started;
      this.#nextScan = started + Math.max(
        SCAN_MS,
        Math.min(SELDOMEST_SCAN_MS, took * PAUSE_FOR_EACH),
      );
    }
    return this.#scan;
  }

  #know(entry: Entry, scan: ProcessScan): Known {
    const { name, kind } = entry;
    const before = this.#descriptions.get(name);
    let description: Description | undefined;
    let rates: Rates | undefined;
    // Of the others the list tells enough until one is selected.
    if (MOVING.has(kind)) {
      description = attempt(() => describe(name, { scan, records: false }));
    }
    if (description !== undefined) {
      this.#descriptions.set(name, description);
      rates = before && ratesBetween(before, description);
    }
    return { entry, description, rates, holders: this.#holdersOf(entry, scan) };
  }

  /** Who has it, as of the scan. */
  #holdersOf({ name, kind }: Entry, scan: ProcessScan): Holders | undefined {
    if (UNHELD.has(kind)) return undefined;
    const known = this.#holders.get(name) ??
      attempt(() => processesOf(name, scan));
    if (known !== undefined) this.#holders.set(name, known);
    return known;
  }

  #forget(present: ReadonlySet<string>): void {
    for (const name of this.#descriptions.keys()) {
      if (!present.has(name)) this.#descriptions.delete(name);
    }
  }
}

/** Names may be `__proto__`, hence no plain assignments. */
function byAddress(
  objects: readonly ObjectView[],
): Record<string, ObjectView> {
  return Object.fromEntries(objects.map((each) => [each.address, each]));
}

/** Nothing for what went since it was listed, or may not be read. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
