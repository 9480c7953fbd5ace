/**
 * The command `shmem`, and what it is made of: looking at shared memory without
 * disturbing it. Run as a program, this module is the command:
 *
 * ```sh
 * deno run --allow-all cli/mod.ts list
 * ```
 *
 * @module
 */

import { main } from "./program.ts";

export { main };
export { STATUS } from "./command.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
