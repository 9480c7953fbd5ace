import { type Command, COMMON_OPTIONS, type Option } from "./command.ts";
import type { Output } from "./terminal/output.ts";
import { pad, widthOf } from "./terminal/width.ts";

/** How a program starts the command, where nothing is installed. */
const START = "deno task shmem, or deno run … cli/main.ts";

/** Prints what there is. */
export function printOverview(
  output: Output,
  commands: readonly Command[],
): void {
  output.line("shmem looks at shared memory, watches it, and changes it.");
  output.line();
  output.line(
    `${
      output.paint("strong", "Usage")
    }: shmem COMMAND [arguments]   (${START})`,
  );
  output.line();
  printPairs(
    output,
    commands.map(({ name, summary }) => [name, summary] as const),
  );
  output.line();
  output.line("shmem help COMMAND tells the rest, with examples.");
  output.line(
    "A NAME is a POSIX object (/frames), a file (./frames.bin), or one of sem:/NAME,",
  );
  output.line(
    "mq:/NAME, segment:ID, set:ID, msg:ID, where an ID may be a key (0x5eed).",
  );
  output.line(
    "Exit status: 0 found or in order, 1 not found or not in order, 2 wrong use.",
  );
}

/** Prints the help of a command. */
export function printHelp(output: Output, command: Command): void {
  const { usage, summary, details, options, examples } = command;
  output.line(`${output.paint("strong", "Usage")}: shmem ${usage}`);
  output.line();
  output.line(`${summary}.`);
  if (details !== undefined) output.line(`\n${details}`);
  output.line(`\n${output.paint("strong", "Options")}:`);
  printPairs(
    output,
    Object.entries({ ...options, ...COMMON_OPTIONS })
      .map(([name, option]) => [flagOf(name, option), option.help] as const),
  );
  output.line(`\n${output.paint("strong", "Examples")}:`);
  for (const { line, does } of examples) {
    output.line(`  ${line}`);
    output.line(output.paint("quiet", `      ${does}`));
  }
}

function flagOf(name: string, { short, type, value, values }: Option): string {
  const letter = short === undefined ? "" : `-${short}, `;
  const shown = value ?? values?.join("|") ?? "VALUE";
  return `${letter}--${name}${type === "boolean" ? "" : ` ${shown}`}`;
}

function printPairs(
  output: Output,
  pairs: readonly (readonly [string, string])[],
): void {
  const room = Math.max(...pairs.map(([left]) => widthOf(left)));
  for (const [left, right] of pairs) {
    output.line(`  ${pad(left, room, "right")}  ${right}`);
  }
}
