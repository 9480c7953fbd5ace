import { SharedMemory } from "../../mod.ts";
import { randomName } from "../helpers/names.ts";

/** A name whose object goes with its test, whoever created it. */
export function temporaryName(): { readonly name: string } & Disposable {
  const name = randomName();
  const remove = () => {
    try {
      SharedMemory.unlinkName(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  return { name, [Symbol.dispose]: remove };
}
