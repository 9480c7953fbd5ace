import { all, deadly, MIDDLE, type Proof, TINY, within } from "./proof.ts";

/** Named objects and files. */
export const MEMORY_PROOFS: readonly Proof[] = [
  {
    protocol: "named object, created or opened by two",
    file: "memory/objects.ts",
    world: "createdByTwo",
    ways: [all],
  },
  {
    protocol: "named object, created and replaced",
    file: "memory/objects.ts",
    world: "createdAndReplaced",
    ways: [...within(2, TINY), ...deadly(1, TINY)],
  },
  {
    protocol: "named object, replaced by two",
    file: "memory/objects.ts",
    world: "replacedByTwo",
    ways: [...within(2, TINY), ...deadly(1, TINY)],
  },
  {
    protocol: "named object, opened and replaced",
    file: "memory/objects.ts",
    world: "openedAndReplaced",
    ways: within(3, TINY),
  },
  {
    protocol: "named object, patience runs out",
    file: "memory/objects.ts",
    world: "createdInHaste",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "named object, resized with mappings of others",
    file: "memory/objects.ts",
    world: "madeSmaller",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "named object, made longer by two",
    file: "memory/objects.ts",
    world: "madeLonger",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "named object, resized and replaced",
    file: "memory/objects.ts",
    world: "resizedAndReplaced",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "file, created and sized by two",
    file: "memory/files.ts",
    world: "fileOfTwo",
    ways: [all, { ...all, deaths: 1, most: TINY.most }],
  },
];
