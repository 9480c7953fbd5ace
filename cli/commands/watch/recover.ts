import { type Command, STATUS } from "../../command.ts";
import { FileIn, FileOut } from "../../mcap/file.ts";
import { recover as recoverMcap } from "../../mcap/recover.ts";
import { LIBRARY } from "../../recording/layout.ts";
import { showMany, showSize } from "../../terminal/units.ts";
import { printable } from "../../../memory/checks/printable.ts";

/** Makes a whole recording of what is left of one. */
export const recover: Command = {
  name: "recover",
  summary: "Make a whole file of a recording that was cut short or damaged",
  usage: "recover FILE [-o FILE]",
  details:
    `All chunks that are whole are copied, with the indexes that were missing. The file
itself stays as it is. With --check nothing is written, and the status is 0 when
nothing is wrong with it.`,
  options: {
    output: {
      type: "string",
      short: "o",
      value: "FILE",
      help: "where to; default: FILE-recovered",
    },
    force: { type: "boolean", help: "replace a file that exists" },
    check: { type: "boolean", help: "only say what is wrong" },
  },
  completes: "files",
  examples: [
    { line: "shmem recover run.mcap", does: "writes run-recovered.mcap" },
    {
      line: "shmem recover run.mcap --check",
      does: "says whether the recording is whole",
    },
  ],
  run(context) {
    const { output, json } = context;
    const path = context.one("FILE");
    using source = new FileIn(path);
    const check = context.flag("check");
    const to = context.text("output") ?? recoveredPath(path);
    using sink = check ? NOWHERE : new FileOut(to, context.flag("force"));
    const result = recoverMcap(source, sink, LIBRARY);
    const { messages, channels, complete, lostBytes, problems } = result;
    if (json) output.json({ ...result, ...(check ? {} : { file: to }) });
    else {
      for (const problem of problems) {
        output.note(printable(problem), "warning");
      }
      const what = `${showMany(messages)} messages of ${channels} channels`;
      const lost = lostBytes > 0 ? `, ${showSize(lostBytes)} are lost` : "";
      output.line(
        check
          ? `${complete ? "whole" : "not whole"}: ${what}${lost}`
          : `${what} in ${printable(to)}${lost}`,
      );
    }
    if (check) return complete ? STATUS.found : STATUS.unhealthy;
    return messages > 0 || complete ? STATUS.found : STATUS.unhealthy;
  },
};

const NOWHERE = { write: () => {}, [Symbol.dispose]: () => {} };

/** `run.mcap` makes `run-recovered.mcap`. */
function recoveredPath(path: string): string {
  const [, base = path, ending = ""] = /^(.+?)(\.[^./]*)?$/.exec(path) ?? [];
  return `${base}-recovered${ending}`;
}
