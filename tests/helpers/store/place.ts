/** Where the objects of a test lie: under a name, or in a file. */

import type { Place } from "../../../store/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { randomName } from "../names.ts";

/** A place that is removed at the end of the block. */
export interface TestPlace extends Disposable {
  readonly place: Place;
  /** The name or path, for other programs. */
  readonly name: string;
}

/** A name of shared memory that no other run uses. */
export function testName(): TestPlace {
  const name = randomName();
  return {
    place: name,
    name,
    [Symbol.dispose]: () => ignoreMissing(() => SharedMemory.unlink(name)),
  };
}

/** A path in a folder of its own. */
export function testPath(): TestPlace {
  const folder = Deno.makeTempDirSync({ prefix: "shmem-test-" });
  const path = `${folder}/object`;
  return {
    place: { path },
    name: path,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

function ignoreMissing(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
