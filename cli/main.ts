/**
 * The program `shmem`: `deno task shmem list`.
 *
 * @module
 */

import { main } from "./program.ts";

Deno.exit(await main(Deno.args));
