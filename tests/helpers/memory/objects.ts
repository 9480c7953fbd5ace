/**
 * Objects of tests.
 *
 * @module
 */

import { SharedMemory } from "../../../mod.ts";
import { randomName } from "../names.ts";

/** An object whose name is gone at the end of the block. */
export function makeObject(mode = 0o600) {
  const memory = SharedMemory.create(randomName(), { size: 3333, mode });
  return {
    memory,
    name: `${memory.name}`,
    [Symbol.dispose]: () => {
      memory.unlink();
      memory.close();
    },
  };
}
