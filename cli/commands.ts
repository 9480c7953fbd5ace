/**
 * The one table of commands, in the order of the help.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { send } from "./commands/change/send.ts";
import { completion } from "./commands/completion.ts";
import { view } from "./commands/view.ts";
import { hz } from "./commands/watch/hz.ts";
import { record } from "./commands/watch/record.ts";
import { recover } from "./commands/watch/recover.ts";
import { replay } from "./commands/watch/replay.ts";
import { tail } from "./commands/watch/tail.ts";

/** All commands. */
export const COMMANDS: readonly Command[] = [
  tail,
  hz,
  record,
  replay,
  recover,
  send,
  view,
  completion,
];
