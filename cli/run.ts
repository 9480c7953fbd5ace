import { parseArgs } from "node:util";
import { type Command, COMMON_OPTIONS, STATUS, UsageError } from "./command.ts";
import { Context, type Values } from "./context.ts";
import { printHelp, printOverview } from "./help.ts";
import { suggest } from "./suggest.ts";
import { type Output, OutputClosed, OutputFailed } from "./terminal/output.ts";
import { printable } from "../memory/checks/printable.ts";

/** What commands are run with. */
export interface RunOptions {
  readonly commands: readonly Command[];
  readonly output: Output;
  /** Ends a command in order. */
  readonly signal: AbortSignal;
}

/**
 * Runs the command that a command line names.
 *
 * @param args The words behind `shmem`.
 * @returns An exit status.
 */
export async function run(
  args: readonly string[],
  { commands, output, signal }: RunOptions,
): Promise<number> {
  const [word = "", ...rest] = args;
  let command: Command | undefined;
  try {
    if (["", "-h", "--help"].includes(word)) {
      printOverview(output, commands);
      return word === "" ? STATUS.wrongUse : STATUS.found;
    }
    if (word === "help" && rest.length === 0) {
      printOverview(output, commands);
      return STATUS.found;
    }
    const asksHelp = word === "help";
    command = findCommand(asksHelp ? rest[0] ?? "" : word, commands);
    if (asksHelp) {
      printHelp(output, command);
      return STATUS.found;
    }
    const { values, positionals } = parse(command, rest);
    if (values.help === true) {
      printHelp(output, command);
      return STATUS.found;
    }
    return await command.run(
      new Context({ positionals, values, output, signal, commands }),
    );
  } catch (error) {
    return report(error, command, output);
  }
}

/**
 * Checks a command line without running it.
 *
 * @throws {UsageError} When there is no such command, or no such option.
 */
export function checkUse(
  args: readonly string[],
  commands: readonly Command[],
): void {
  const [word = "", ...rest] = args;
  if (word === "help") return;
  parse(findCommand(word, commands), rest);
}

function findCommand(word: string, commands: readonly Command[]): Command {
  const found = commands.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const near = suggest(word, commands.map(({ name }) => name));
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  throw new UsageError(`there is no command ${JSON.stringify(word)}${meant}`);
}

/** Reads options and arguments, by the words that the command knows. */
function parse(
  { options }: Command,
  args: readonly string[],
): { values: Values; positionals: string[] } {
  const known = { ...options, ...COMMON_OPTIONS };
  const config: Record<
    string,
    { type: "boolean" | "string"; short?: string; multiple?: boolean }
  > = {};
  for (const [name, { type, short, multiple }] of Object.entries(known)) {
    config[name] = {
      type,
      ...(short === undefined ? {} : { short }),
      ...(multiple === undefined ? {} : { multiple }),
    };
  }
  checkNames(args, known);
  try {
    return parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The rest of its message is about how to write what nobody means.
    throw new UsageError(message.split(". To specify", 1)[0] ?? message);
  }
}

/** Refuses options that are not known, and says which may be meant. */
function checkNames(args: readonly string[], known: object): void {
  for (const arg of args) {
    if (arg === "--") return;
    const [, name] = /^--([^=]+)/.exec(arg) ?? [];
    if (name === undefined || Object.hasOwn(known, name)) continue;
    const near = suggest(name, Object.keys(known));
    const meant = near === undefined ? "" : `; did you mean --${near}?`;
    throw new UsageError(`there is no option --${name}${meant}`);
  }
}

/** Says what went wrong; returns the exit status for it. */
function report(
  error: unknown,
  command: Command | undefined,
  output: Output,
): number {
  // Who reads has seen enough.
  if (error instanceof OutputClosed) return STATUS.found;
  const message = error instanceof Error ? error.message : String(error);
  try {
    output.note(`shmem: ${printable(message)}`, "bad");
    if (error instanceof UsageError) {
      const help = command === undefined ? "help" : `help ${command.name}`;
      output.note(`Try: shmem ${help}`);
    }
  } catch (failure) {
    const isUntold = failure instanceof OutputClosed ||
      failure instanceof OutputFailed;
    if (!isUntold) throw failure;
  }
  return error instanceof UsageError ? STATUS.wrongUse : STATUS.unhealthy;
}
