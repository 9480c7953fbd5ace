/**
 * Names and a struct for the command, removed at the end of a test.
 *
 * @module
 */

import { f64, struct, u64 } from "../../../struct/mod.ts";
import { temporaryName } from "./temporary.ts";

/** Removes a name at the end of its block, whichever side made it. */
export function name(stack: DisposableStack): string {
  return stack.use(temporaryName()).name;
}

/** A module that exports a struct. */
export async function structFile(stack: AsyncDisposableStack): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  stack.defer(() => Deno.remove(path));
  await Deno.writeTextFile(
    path,
    `import { f64, struct, u64 } from "${new URL(
      "../../../struct/mod.ts",
      import.meta.url,
    )}";
export const Trade = struct({ id: u64, price: f64 });
`,
  );
  return `${path}#Trade`;
}

/** The struct that it exports. */
export const Trade = struct({ id: u64, price: f64 });
