/**
 * Random layouts with random values, to be compared with other languages.
 *
 * @module
 */

import { type Arbitrary, loadFastCheck } from "../../../deps.ts";
import {
  type AnyType,
  atomic,
  type Field,
  field,
  type Struct,
  struct,
  u32,
} from "../../../struct/mod.ts";

import {
  arraySample,
  leaf,
  plainSample,
  type Sample,
} from "./random_values.ts";

const fc = await loadFastCheck();

/** A struct with values, as a whole or within another. */
export interface StructSample extends Sample {
  // deno-lint-ignore ban-types -- any struct will do
  readonly type: Struct<{}>;
  readonly value: Record<string, unknown>;
}

const ATOMIC: Arbitrary<Sample> = fc.nat().map((value) => ({
  type: atomic(u32),
  value,
  leaves: () => leaf("u32", false, String(value)),
}));

function structSample(
  of: Arbitrary<Sample>,
  name: string | undefined,
): Arbitrary<StructSample> {
  const entry = fc.record({
    sample: of,
    endian: fc.constantFrom("little", "big", undefined),
    align: fc.constantFrom(undefined, undefined, undefined, 8, 16, 32),
    gap: fc.constantFrom(0, 0, 0, 0, 3, 40),
  });
  return fc.record({
    entries: fc.array(entry, { minLength: 1, maxLength: 7 }),
    atomic: fc.option(ATOMIC, { nil: undefined, freq: 4 }),
    packed: fc.boolean(),
    align: fc.constantFrom(undefined, undefined, 2, 16, 64),
    endian: fc.constantFrom("little", "little", "big"),
  }).map(({ entries, atomic, packed, align, endian }) => {
    const fields: Record<string, AnyType | Field<AnyType>> = {};
    const value: Record<string, unknown> = {};
    const all: { name: string; sample: Sample; big: boolean }[] = [];
    if (atomic !== undefined) {
      // First, where it is aligned in a packed struct, too.
      fields["shared"] = field(atomic.type, { endian: "little" });
      value["shared"] = atomic.value;
      all.push({ name: "shared", sample: atomic, big: false });
    }
    let end = atomic === undefined ? 0 : 4;
    for (const [i, each] of entries.entries()) {
      const { type } = each.sample;
      const own = Math.max(packed ? 1 : type.align, each.align ?? 1);
      const at = Math.ceil((end + each.gap) / own) * own;
      const fieldName = `f${i}`;
      fields[fieldName] = field(type, {
        ...(each.gap > 0 ? { at } : {}),
        ...(each.align === undefined ? {} : { align: own }),
        ...(each.endian === undefined ? {} : { endian: each.endian }),
      });
      value[fieldName] = each.sample.value;
      all.push({
        name: fieldName,
        sample: each.sample,
        big: (each.endian ?? endian) === "big",
      });
      end = (each.gap > 0 ? at : Math.ceil(end / own) * own) + type.size;
    }
    return {
      type: struct(fields, {
        packed,
        endian,
        ...(align === undefined ? {} : { align }),
        ...(name === undefined ? {} : { name }),
      }),
      value,
      leaves: () =>
        all.flatMap(({ name, sample, big }) =>
          sample.leaves(big).map((each) => ({
            ...each,
            path: [name, ...each.path],
          }))
        ),
    };
  });
}

const inner = structSample(
  fc.oneof({ weight: 3, arbitrary: plainSample }, arraySample(plainSample)),
  undefined,
);

// Atomics inside must be aligned wherever the struct comes to lie.
const innerWithoutAtomics = inner.filter(({ value }) => !("shared" in value));

const mixed = fc.oneof(
  { weight: 4, arbitrary: plainSample },
  { weight: 2, arbitrary: arraySample(plainSample) },
  arraySample(arraySample(plainSample)),
  { weight: 2, arbitrary: innerWithoutAtomics },
  arraySample(innerWithoutAtomics),
);

/** Random structs with values. */
export const layouts: Arbitrary<StructSample> = structSample(
  mixed,
  undefined,
);

/** A number of layouts, the same for the same seed. */
export function sampleLayouts(count: number, seed: number): StructSample[] {
  return fc.sample(layouts, { numRuns: count, seed });
}
