import { ANY, CHANCE, type Mutant, ONE } from "./mutant.ts";

const NAMED = "memory/posix/named_object.ts";
const STALE = "memory/posix/stale_object.ts";

/** Named objects, files and semaphore sets. */
export const OBJECT_MUTANTS: readonly Mutant[] = [
  {
    fault: "a creator does not look whether it has lost the name",
    file: NAMED,
    find:
      "  // A process that removes stale objects may have done so before that.\n  if (isUnlinked(fd, operation)) throw inUse(operation);\n",
    replace: "",
    world: ["memory/objects.ts", "createdInHaste"],
    bounds: CHANCE,
  },
  {
    fault: "one that opens does not look whether the object was replaced",
    file: NAMED,
    find: "  if (isUnlinked(fd, operation)) return undefined;\n",
    replace: "",
    world: ["memory/objects.ts", "openedAndReplaced"],
    bounds: ANY,
  },
  {
    fault: "one that opens does not wait for a size",
    file: NAMED,
    find: "() => status(fd, operation).size > 0 || undefined",
    replace: "() => status(fd, operation).size >= 0 || undefined",
    world: ["memory/objects.ts", "createdByTwo"],
    bounds: ANY,
  },
  {
    fault: "fresh objects have no grace",
    file: STALE,
    find: "if (size === 0 && performance.now() < graceEnd) return undefined;",
    replace: "",
    world: ["memory/objects.ts", "createdAndReplaced"],
    bounds: ONE,
  },
  {
    fault: "who replaces does not lock out who has it open",
    file: STALE,
    find: "      if (!tryLockExclusive(fd, operation)) return false;\n",
    replace: "",
    world: ["memory/objects.ts", "openedAndReplaced"],
    bounds: ONE,
  },
  {
    fault: "who replaces does not wait for a change of size",
    file: STALE,
    find: "      if (endChange === undefined) return false;\n",
    replace: "",
    world: ["memory/objects.ts", "resizedAndReplaced"],
    bounds: CHANCE,
  },
  {
    fault: "who makes it smaller does not ask whether others have it",
    file: "memory/posix/resize.ts",
    find: "if (!tryLockExclusive(fd, operation)) {",
    replace: "if (!tryLockExclusive(fd, operation) && false) {",
    world: ["memory/objects.ts", "madeSmaller"],
    bounds: ONE,
  },
  {
    fault:
      "who makes it longer does not lock out who does the same (found here)",
    file: "memory/posix/resize.ts",
    find: "  const operation = `resize ${what}`;\n",
    replace:
      "  if (size >= descriptor.status().size) return descriptor.resize(size);\n  const operation = `resize ${what}`;\n",
    world: ["memory/objects.ts", "madeLonger"],
    bounds: ONE,
  },
  {
    fault: "the second look under the lock in giveSize() is missing",
    file: "memory/file/creation.ts",
    find: "  if (descriptor.status().size > 0) return;\n  descriptor.grow",
    replace: "  descriptor.grow",
    world: ["memory/files.ts", "fileOfTwo"],
    bounds: ONE,
  },
  {
    fault: "what the kernel did before the abort counts as not done",
    file: "sync/semaphores/set_operations.ts",
    find: 'if (await this.#sleep(slice.ms, signal)) return "ok";',
    replace:
      'const done = await this.#sleep(slice.ms, signal);\n      signal?.throwIfAborted();\n      if (done) return "ok";',
    world: ["sync/semaphore_sets.ts", "setGivenUp"],
    bounds: ANY,
  },
  {
    fault: "what was aborted is tried once more",
    file: "sync/semaphores/set_operations.ts",
    find:
      '      signal?.throwIfAborted();\n      if (this.#afterWaiting(now)) return "ok";',
    replace:
      '      const done = this.#afterWaiting(now);\n      signal?.throwIfAborted();\n      if (done) return "ok";',
    world: ["sync/semaphore_sets.ts", "setGivenUpForAnother"],
    bounds: ANY,
  },
];
