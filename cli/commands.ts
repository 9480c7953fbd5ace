/**
 * The one table of commands, in the order of the help.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { completion } from "./commands/completion.ts";
import { view } from "./commands/view.ts";

/** All commands. */
export const COMMANDS: readonly Command[] = [
  view,
  completion,
];
