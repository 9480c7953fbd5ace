/**
 * Options that all commands have which watch.
 *
 * @module
 */

import { type Options, UsageError } from "../command.ts";
import type { Context } from "../context.ts";
import type { Output } from "../terminal/output.ts";
import { showSize } from "../terminal/units.ts";
import { printable } from "../../memory/checks/printable.ts";
import { Followed, type FollowStart } from "./followed.ts";
import { placeOf } from "./place.ts";

/** What commands that watch may be told. */
export const WATCH_OPTIONS: Options = {
  "no-wait": {
    type: "boolean",
    help: "fail when it is not there, instead of waiting for it",
  },
  timeout: {
    type: "string",
    value: "DURATION",
    help: "end after this time",
  },
  cpu: {
    type: "string",
    value: "PERCENT",
    help: "what it may take of one processor",
  },
};

/** What it is to start with. */
export const FROM_OPTION: Options = {
  from: {
    type: "string",
    value: "WHERE",
    values: ["now", "oldest"],
    help: "start with what comes now, or with the oldest that is there",
  },
};

/** Follows all names of the command line, until they are disposed of. */
export function followAll(
  context: Context,
  fallback: FollowStart = "now",
): Followed[] & Disposable {
  const { positionals } = context;
  if (positionals.length === 0) throw new UsageError("NAME is missing");
  const from = context.word("from", ["now", "oldest"]) ?? fallback;
  const wait = !context.flag("no-wait");
  using undo = new DisposableStack();
  const followed = [...new Set(positionals)].map((text) =>
    undo.use(new Followed(placeOf(text), { from, wait }))
  );
  const stack = undo.move();
  const missing = followed.filter(({ kind }) => kind === undefined);
  if (missing.length > 0 && !context.json) {
    const names = missing.map(({ name }) => printable(name)).join(", ");
    context.output.note(`Waiting for ${names}`, "quiet");
  }
  return Object.assign(followed, {
    [Symbol.dispose]: () => stack.dispose(),
  });
}

/** What the command may take of a processor, from 0 to 1. */
export function shareOf(context: Context, percent: number): number {
  const text = context.text("cpu");
  const number = text === undefined
    ? percent
    : Number(text.replace(/ ?%$/, ""));
  if (number > 0 && number <= 100) return number / 100;
  throw new UsageError(
    `--cpu must be a number of percent from more than 0 to 100: received ${
      JSON.stringify(text)
    }`,
  );
}

/** Says what was missed, and what is damaged. */
export function tellTroubles(
  followed: readonly Followed[],
  output: Output,
): void {
  for (const each of followed) {
    const name = printable(each.name);
    const damage = each.takeDamage();
    if (damage !== undefined) {
      output.note(`${name} is damaged: ${printable(damage)}`, "bad");
    }
    const { messages, bytes } = each.missed;
    if (messages === 0 && bytes === 0) continue;
    const what = messages > 0 ? `${messages}` : showSize(bytes);
    output.note(
      `${name}: ${what} came and went unseen; a larger --cpu sees more`,
      "warning",
    );
  }
}
