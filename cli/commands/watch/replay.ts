import { type Command, STATUS, UsageError } from "../../command.ts";
import type { Context } from "../../context.ts";
import { play } from "../../recording/player.ts";
import { findTarget } from "../../target/find_target.ts";
import { showMany } from "../../terminal/units.ts";
import { printable } from "../../../memory/checks/printable.ts";
import { placeOf } from "../../watching/place.ts";

/** Sends what was recorded. */
export const replay: Command = {
  name: "replay",
  summary: "Send what was recorded, at the pace at which it was recorded",
  usage: "replay FILE… [--speed N] [--create] [--rename OLD=NEW]",
  details:
    `Several files are replayed one after the other, as record has split them. Messages
go to the channels from which they were recorded, or, by --rename, to others; it
waits for those that are not there, or creates them as they were. In a recording
of another program a topic is taken for the name of a channel.`,
  options: {
    speed: {
      type: "string",
      short: "s",
      value: "N",
      help: "replay N times as fast; max: as fast as can be; default: 1",
    },
    create: {
      type: "boolean",
      help: "create what is not there, of the kind and size that was recorded",
    },
    rename: {
      type: "string",
      multiple: true,
      value: "OLD=NEW",
      help: "send what came from OLD to NEW",
    },
    only: {
      type: "string",
      multiple: true,
      value: "NAME",
      help: "replay what came from NAME, and nothing else",
    },
    "no-wait": {
      type: "boolean",
      help: "fail when something is not there, instead of waiting for it",
    },
    timeout: {
      type: "string",
      value: "DURATION",
      help: "end after this time",
    },
  },
  completes: "files",
  examples: [
    {
      line: "shmem replay run.mcap --create",
      does: "creates the channels, and sends what came through them",
    },
    {
      line: "shmem replay run-*.mcap --speed 10 --rename /frames=/test-frames",
      does: "sends ten times as fast, and one channel under another name",
    },
  ],
  async run(context) {
    const { positionals: paths, output, json } = context;
    if (paths.length === 0) throw new UsageError("FILE is missing");
    const renames = new Map(context.texts("rename").map(renameOf));
    const only = context.texts("only");
    const timeoutMs = context.duration("timeout");
    const signal = timeoutMs === undefined
      ? context.signal
      : AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]);
    const wait = !context.flag("no-wait");
    const creates = context.flag("create");
    let troubles = 0;
    const speed = speedOf(context);
    const played = await endedBy(signal, () =>
      play({
        paths,
        speed,
        signal,
        open: async (topic, identity) => {
          if (only.length > 0 && !only.includes(topic)) return undefined;
          const name = renames.get(topic) ?? topic;
          return await findTarget(placeOf(name), {
            wait,
            signal,
            create: creates
              ? identity ?? { kind: "channel", sizes: {} }
              : undefined,
          });
        },
        warn: (path, problem) => {
          troubles++;
          output.note(`${printable(path)}: ${printable(problem)}`, "warning");
        },
      }));
    const { messages, bytes } = played ?? { messages: 0, bytes: 0 };
    if (json) output.json({ messages, bytes, troubles });
    else output.line(`${showMany(messages)} messages sent`);
    return messages > 0 ? STATUS.found : STATUS.unhealthy;
  },
};

/** Ctrl-C and the end of the time are ends in order. */
async function endedBy<Result>(
  signal: AbortSignal,
  act: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await act();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function renameOf(text: string): [string, string] {
  const [, from = "", to = ""] = /^(.+)=(.+)$/.exec(text) ?? [];
  if (to !== "") {
    return [
      from.startsWith("/") || from.startsWith(".") ? from : `/${from}`,
      to,
    ];
  }
  throw new UsageError(
    `--rename must be two names with = between them: received ${
      JSON.stringify(text)
    }`,
  );
}

function speedOf(context: Context): number {
  const text = context.text("speed") ?? "1";
  if (text === "max") return Infinity;
  const speed = Number(text.replace(/x$/, ""));
  if (speed > 0 && Number.isFinite(speed)) return speed;
  throw new UsageError(
    `--speed must be a number of more than 0, or max: received ${
      JSON.stringify(text)
    }`,
  );
}
