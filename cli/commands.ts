/**
 * The one table of commands, in the order of the help.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { create } from "./commands/change/create.ts";
import { rm } from "./commands/change/rm.ts";
import { send } from "./commands/change/send.ts";
import { bridge } from "./commands/bridge.ts";
import { completion } from "./commands/completion.ts";
import { doctor } from "./commands/doctor.ts";
import { dump } from "./commands/look/dump.ts";
import { info } from "./commands/look/info.ts";
import { list } from "./commands/look/list.ts";
import { top } from "./commands/look/top.ts";
import { who } from "./commands/look/who.ts";
import { view } from "./commands/view.ts";
import { hz } from "./commands/watch/hz.ts";
import { record } from "./commands/watch/record.ts";
import { recover } from "./commands/watch/recover.ts";
import { replay } from "./commands/watch/replay.ts";
import { tail } from "./commands/watch/tail.ts";

/** All commands. */
export const COMMANDS: readonly Command[] = [
  list,
  info,
  who,
  dump,
  top,
  view,
  tail,
  hz,
  send,
  record,
  replay,
  recover,
  create,
  rm,
  bridge,
  doctor,
  completion,
];
