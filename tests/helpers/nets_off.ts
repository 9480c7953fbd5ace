/**
 * Takes away every timer that looks again for a lost wake-up, when loaded before
 * a program: `deno run --preload=tests/helpers/nets_off.ts`, `deno test` alike.
 * It holds for one thread; a worker imports it itself.
 *
 * @module
 */

import { useSafetyNets } from "../../sync/waiting/safety_nets.ts";

useSafetyNets(false);
