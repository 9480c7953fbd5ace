import { SharedMemory } from "../../../mod.ts";
import { randomName } from "../names.ts";

/** A name whose object is removed with its test, whichever process created it. */
export function temporaryName(
  name: string = randomName(),
): { name: string } & Disposable {
  const remove = () => {
    try {
      SharedMemory.unlinkName(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  return { name, [Symbol.dispose]: remove };
}
