/**
 * The last minutes of each object's numbers, so that a page which is opened later
 * has them, too.
 *
 * @module
 */

import type { Picture } from "./picture.ts";

/** How far back it goes. */
const LENGTH_MS = 5 * 60_000;

/** Numbers over time: as many of each as there are times. */
export interface Past {
  readonly times: readonly number[];
  /** `null` where a number was not known. */
  readonly measures: Readonly<Record<string, readonly (number | null)[]>>;
}

interface Sample {
  readonly time: number;
  readonly measures: Readonly<Record<string, number>>;
}

/** Remembers pictures. */
export class History {
  readonly #samples = new Map<string, Sample[]>();

  /** Adds a picture; forgets objects that are gone. */
  add({ time, objects }: Picture): void {
    for (const address of this.#samples.keys()) {
      if (!Object.hasOwn(objects, address)) this.#samples.delete(address);
    }
    for (const { address, measures } of Object.values(objects)) {
      if (Object.keys(measures).length === 0) continue;
      const samples = this.#samples.get(address) ?? [];
      this.#samples.set(address, samples);
      samples.push({ time, measures });
      const old = samples.findIndex((each) => each.time >= time - LENGTH_MS);
      if (old > 0) samples.splice(0, old);
    }
  }

  /** The past of an object; nothing when it has no numbers. */
  of(address: string): Past | undefined {
    const samples = this.#samples.get(address);
    if (samples === undefined) return undefined;
    const names = new Set(
      samples.flatMap((each) => Object.keys(each.measures)),
    );
    return {
      times: samples.map(({ time }) => time),
      measures: Object.fromEntries(
        [...names].map((name) => [
          name,
          samples.map(({ measures }) => measures[name] ?? null),
        ]),
      ),
    };
  }
}
