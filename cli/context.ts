import { type Command, UsageError } from "./command.ts";
import { parseCount } from "./arguments/count.ts";
import { parseDuration } from "./arguments/duration.ts";
import { parseSize } from "./arguments/size.ts";
import type { Output } from "./terminal/output.ts";

/** Options as `parseArgs` of `node:util` returns them. */
export type Values = Readonly<
  Record<string, string | boolean | (string | boolean)[] | undefined>
>;

/** What a command is run with. */
export interface ContextParts {
  /** Arguments that are no options. */
  readonly positionals: readonly string[];
  readonly values: Values;
  readonly output: Output;
  readonly signal: AbortSignal;
  /** All commands, for those that tell of the others. */
  readonly commands: readonly Command[];
}

/** What a command is run with: its arguments, its output, and what ends it. */
export class Context {
  /** Arguments that are no options. */
  readonly positionals: readonly string[];
  /** Where it prints. */
  readonly output: Output;
  /** Fires at Ctrl-C and SIGTERM: end in order, and return a status. */
  readonly signal: AbortSignal;
  /** All commands. */
  readonly commands: readonly Command[];
  readonly #values: Values;

  /** Takes what was parsed. */
  constructor(parts: ContextParts) {
    const { positionals, values, output, signal, commands } = parts;
    this.positionals = positionals;
    this.commands = commands;
    this.output = output;
    this.signal = signal;
    this.#values = values;
  }

  /** Whether `--json` was given. */
  get json(): boolean {
    return this.flag("json");
  }

  /** Whether a boolean option was given. */
  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of an option. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** The values of an option that may be given several times. */
  texts(name: string): string[] {
    const value = this.#values[name];
    if (typeof value === "string") return [value];
    return Array.isArray(value)
      ? value.filter((each) => typeof each === "string")
      : [];
  }

  /** The value of an option that is one of a few words. */
  word<Word extends string>(
    name: string,
    words: readonly Word[],
  ): Word | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : oneOf(name, text, words);
  }

  /** The same for an option that may be given several times. */
  words<Word extends string>(name: string, words: readonly Word[]): Word[] {
    return this.texts(name).map((text) => oneOf(name, text, words));
  }

  /** A duration in milliseconds: `5s`, `200ms`, `1m30s`. */
  duration(name: string): number | undefined {
    return this.#parsed(name, parseDuration);
  }

  /** A size in bytes: `4096`, `64k`, `1MiB`. */
  size(name: string): number | undefined {
    return this.#parsed(name, parseSize);
  }

  /** A number that counts something: 1, 2, 3 and so on. */
  count(name: string): number | undefined {
    return this.#parsed(name, parseCount);
  }

  /** The one argument that there must be. */
  one(what: string): string {
    const [first, ...rest] = this.positionals;
    if (first === undefined) throw new UsageError(`${what} is missing`);
    if (rest.length > 0) {
      throw new UsageError(
        `there is one ${what}, and ${this.positionals.length} were given; quote what has blanks in it`,
      );
    }
    return first;
  }

  #parsed<T>(
    name: string,
    parse: (text: string, what: string) => T,
  ): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parse(text, `--${name}`);
  }
}

/** One of a few words, or the error that lists them. */
function oneOf<Word extends string>(
  option: string,
  text: string,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `--${option} must be one of ${words.join(", ")}: received ${
      JSON.stringify(text)
    }`,
  );
}
