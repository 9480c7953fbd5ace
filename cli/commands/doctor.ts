import { type Command, STATUS, UsageError } from "../command.ts";
import { examine } from "../doctor/checks.ts";
import type { State } from "../doctor/finding.ts";
import type { Tone } from "../terminal/colours.ts";
import { printable } from "../../memory/checks/printable.ts";

/** A sign and a colour for each state. */
const SIGNS: Readonly<Record<State, readonly [sign: string, tone: Tone]>> = {
  good: ["✓", "good"],
  note: ["·", "quiet"],
  warning: ["!", "warning"],
  bad: ["✗", "bad"],
  unknown: ["?", "quiet"],
};

/** Tries what programs need, and says what is missing. */
export const doctor: Command = {
  name: "doctor",
  summary: "Try what sharing needs on this machine, and say what is missing",
  usage: "doctor [WORD…] [--verbose]",
  details:
    `It tries each thing for real: creates and removes objects, asks the kernel for
its calls, and lets two processes talk. What it makes it removes.

With a WORD it looks only at what has it in its name: memory, futex, /dev/shm.

  ✓ in order   · to be known   ! may fail   ✗ fails   ? could not be found out

The status is 1 when something fails, else 0.`,
  options: {
    verbose: {
      type: "boolean",
      short: "v",
      help: "say of everything why it matters",
    },
  },
  examples: [
    { line: "shmem doctor", does: "looks at this machine" },
    {
      line: "docker exec app shmem doctor",
      does: "looks at the inside of a container",
    },
  ],
  async run(context) {
    const { output, json, positionals } = context;
    const verbose = context.flag("verbose");
    const counts = { good: 0, note: 0, warning: 0, bad: 0, unknown: 0 };
    let last = "";
    for await (const { area, check, finding } of examine(positionals)) {
      if (context.signal.aborted) break;
      const { name, why } = check;
      const { state, found, advice } = finding;
      counts[state]++;
      if (json) {
        last = area;
        output.json({ area, name, state, found, why, advice });
        continue;
      }
      if (area !== last) output.line(output.paint("strong", area));
      last = area;
      const [sign, tone] = SIGNS[state];
      output.line(
        `  ${output.paint(tone, sign)} ${name}: ${printable(found)}`,
      );
      const isTrouble = state === "warning" || state === "bad";
      if (verbose || isTrouble) output.line(`      why: ${why}`);
      if (advice !== undefined) {
        output.line(`      do:  ${printable(advice)}`);
      }
    }
    if (last === "" && !context.signal.aborted) {
      throw new UsageError(
        `nothing is called ${
          positionals.join(" or ")
        }; without a word all is looked at`,
      );
    }
    if (!json) {
      const { bad, warning, unknown } = counts;
      output.line(
        bad + warning + unknown === 0
          ? output.paint("good", "Everything is in order")
          : `${bad} fail, ${warning} may fail, ${unknown} unknown`,
      );
    }
    return counts.bad === 0 ? STATUS.found : STATUS.unhealthy;
  },
};
