import { loadStruct } from "../../arguments/struct.ts";
import { type Command, STATUS, UsageError } from "../../command.ts";
import { Recorder } from "../../recording/recorder.ts";
import { showMany } from "../../terminal/units.ts";
import { printable } from "../../../memory/checks/printable.ts";
import {
  followAll,
  FROM_OPTION,
  shareOf,
  tellTroubles,
  WATCH_OPTIONS,
} from "../../watching/options.ts";
import { watchLoop } from "../../watching/watch_loop.ts";

/** Percent of a processor, unless told otherwise. */
const CPU = 25;

/** Records what goes through channels into files. */
export const record: Command = {
  name: "record",
  summary: "Record channels, values, maps and queues into an MCAP file",
  usage: "record NAME… -o FILE [--split-size SIZE] [--split-time DURATION]",
  details:
    `It watches as tail does, without consuming anything. What was recorded goes to the
file each half second, so a program that is killed, or a machine that stops,
loses no more than that; such a file has no end, and recover gives it one.

It begins with the newest value and the entries of a map that are there, and of
channels and queues with what comes, unless --from says otherwise.

Files are in the format MCAP, uncompressed, and can be opened by whatever reads
that. With a split, FILE becomes FILE-001, FILE-002 and so on.`,
  options: {
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      help: "where to record to",
    },
    force: { type: "boolean", help: "replace files that exist" },
    "split-size": {
      type: "string",
      value: "SIZE",
      help: "begin another file when one is as long",
    },
    "split-time": {
      type: "string",
      value: "DURATION",
      help: "begin another file after this time",
    },
    struct: {
      type: "string",
      value: "FILE#NAME",
      help: "keep messages as JSON, too, with the schema of this struct",
    },
    count: {
      type: "string",
      short: "n",
      value: "N",
      help: "end after so many messages",
    },
    ...FROM_OPTION,
    ...WATCH_OPTIONS,
  },
  completes: "objects",
  examples: [
    {
      line: "shmem record /frames /sound /config -o run.mcap",
      does: "records three until Ctrl-C",
    },
    {
      line:
        "shmem record /trades -o trades.mcap --split-size 100MiB --timeout 1h",
      does: "records for an hour into files of 100 MiB",
    },
  ],
  async run(context) {
    const { output, json, signal } = context;
    const path = context.text("output");
    if (path === undefined) throw new UsageError("-o FILE is missing");
    const wanted = context.count("count") ?? Infinity;
    const splitSize = context.size("split-size");
    const splitMs = context.duration("split-time");
    const timeoutMs = context.duration("timeout");
    const share = shareOf(context, CPU);
    const from = context.text("struct");
    const struct = from === undefined ? undefined : await loadStruct(from);
    using followed = followAll(context, "state");
    const recorder = new Recorder({
      path,
      replace: context.flag("force"),
      splitSize,
      splitMs,
      struct,
    });
    let count = 0;
    try {
      await watchLoop(followed, (from, seen) => {
        recorder.add(from, seen);
        return ++count < wanted;
      }, { signal, timeoutMs, share, afterTurn: (now) => recorder.tick(now) });
    } finally {
      recorder[Symbol.dispose]();
    }
    const { messages, paths } = recorder;
    if (json) {
      output.json({
        messages,
        files: paths,
        missed: Object.fromEntries(
          followed.map(({ name, missed }) => [name, missed]),
        ),
      });
    } else {
      output.line(
        `${showMany(messages)} messages in ${paths.map(printable).join(", ")}`,
      );
      tellTroubles(followed, output);
    }
    return count > 0 ? STATUS.found : STATUS.unhealthy;
  },
};
