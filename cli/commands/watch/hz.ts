import { type Command, STATUS } from "../../command.ts";
import { Rhythm } from "../../watching/rhythm.ts";
import {
  followAll,
  shareOf,
  tellTroubles,
  WATCH_OPTIONS,
} from "../../watching/options.ts";
import { watchLoop } from "../../watching/watch_loop.ts";
import { showDuration, showMany, showSize } from "../../terminal/units.ts";
import { printable } from "../../../memory/checks/printable.ts";

/** Percent of a processor, unless told otherwise. */
const CPU = 3;
/** How often it prints, unless told otherwise. */
const INTERVAL_MS = 1000;

/** Measures how often messages come. */
export const hz: Command = {
  name: "hz",
  summary: "Measure rate, bytes, mean, spread and longest gap of messages",
  usage: "hz NAME… [--interval DURATION]",
  details:
    `For each interval: how many came in a second, their bytes, and of the times
between one and the next the mean, the spread (standard deviation) and the
longest. Times are those at which they were seen, to about a millisecond. Bytes
of rings are exact, from their positions; where messages came and went unseen
their number is computed from the mean length of those that were seen, and
marked with ~.`,
  options: {
    interval: {
      type: "string",
      short: "i",
      value: "DURATION",
      help: "print as often; default: 1s",
    },
    count: {
      type: "string",
      short: "n",
      value: "N",
      help: "end after so many intervals",
    },
    ...WATCH_OPTIONS,
  },
  completes: "objects",
  examples: [
    { line: "shmem hz /frames", does: "prints a line each second" },
    {
      line: "shmem hz /frames /sound --count 10 --json",
      does: "measures two channels for ten seconds",
    },
  ],
  async run(context) {
    const { output, json, signal } = context;
    const intervalMs = context.duration("interval") ?? INTERVAL_MS;
    const wanted = context.count("count") ?? Infinity;
    const timeoutMs = context.duration("timeout");
    const share = shareOf(context, CPU);
    using followed = followAll(context);
    const rhythms = followed.map((each) => new Rhythm(each, performance.now()));
    const ending = new AbortController();
    const end = AbortSignal.any([signal, ending.signal]);
    let at = performance.now() + intervalMs;
    let intervals = 0;
    let seen = 0;
    const print = (now: number) => {
      for (const rhythm of rhythms) {
        const found = rhythm.take(now);
        seen += found.count;
        if (json) {
          output.json({
            name: rhythm.followed.name,
            time: new Date(),
            ...found,
          });
          continue;
        }
        const about = found.estimated ? "~" : "";
        const name = rhythms.length > 1
          ? `${printable(rhythm.followed.name)}  `
          : "";
        const times = found.meanMs === null
          ? "no two messages"
          : `mean ${showDuration(found.meanMs)}  spread ${
            showDuration(found.spreadMs ?? 0)
          }  longest gap ${showDuration(found.longestMs ?? 0)}`;
        output.line(
          `${name}${about}${showMany(found.perSecond)}/s  ${
            showSize(found.bytesPerSecond)
          }/s  ${times}`,
        );
      }
      if (++intervals >= wanted) ending.abort();
    };
    await watchLoop(followed, (from, { bytes }) => {
      rhythms[followed.indexOf(from)]?.add(performance.now(), bytes.length);
      return true;
    }, {
      signal: end,
      timeoutMs,
      share,
      afterTurn: (now) => {
        if (now < at) return;
        at = Math.max(at + intervalMs, now);
        print(now);
      },
    });
    // What came since the last line must not be lost.
    if (intervals === 0) print(performance.now());
    if (!json) tellTroubles(followed, output);
    return seen > 0 ? STATUS.found : STATUS.unhealthy;
  },
};
