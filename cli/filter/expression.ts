/**
 * Expressions over what was seen, such as `type == 7 && price > 10.5`. They are
 * read by a parser of our own and run by closures: nothing is evaluated as code.
 *
 * ```text
 * or      = and { "||" and }
 * and     = not { "&&" not }
 * not     = "!" not | compare
 * compare = operand [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "~") operand ]
 * operand = number | "-" number | text | true | false | null | path | "(" or ")"
 * path    = name { "." name | "[" number "]" }
 * ```
 *
 * @module
 */

import { UsageError } from "../command.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** Where an expression finds the values of names. */
export type Lookup = (name: string) => unknown;

/** Whether something passes. */
export type Filter = (lookup: Lookup) => boolean;

type Value = (lookup: Lookup) => unknown;

/** How deep brackets may be. */
const DEEPEST = 100;

/**
 * Reads an expression.
 *
 * @throws {UsageError} When it is none; the message says where.
 */
export function parseFilter(expression: string): Filter {
  const value = new Parser(tokensOf(expression)).whole();
  return (lookup) => isTrue(value(lookup));
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Value {
    if (this.#tokens.length === 0) throw new UsageError("--filter is empty");
    const value = this.#or();
    if (this.#at < this.#tokens.length) this.#fail("the end");
    return value;
  }

  #or(): Value {
    let left = this.#and();
    while (this.#take("||")) {
      const [first, second] = [left, this.#and()];
      left = (lookup) => isTrue(first(lookup)) || isTrue(second(lookup));
    }
    return left;
  }

  #and(): Value {
    let left = this.#not();
    while (this.#take("&&")) {
      const [first, second] = [left, this.#not()];
      left = (lookup) => isTrue(first(lookup)) && isTrue(second(lookup));
    }
    return left;
  }

  #not(): Value {
    this.#descend();
    try {
      if (!this.#take("!")) return this.#compare();
      const value = this.#not();
      return (lookup) => !isTrue(value(lookup));
    } finally {
      this.#depth--;
    }
  }

  #compare(): Value {
    const left = this.#operand();
    for (const [sign, compare] of COMPARISONS) {
      if (!this.#take(sign)) continue;
      const right = this.#operand();
      return (lookup) => compare(left(lookup), right(lookup));
    }
    return left;
  }

  #operand(): Value {
    if (this.#take("(")) {
      const value = this.#or();
      this.#require(")");
      return value;
    }
    const isNegative = this.#take("-");
    const token = this.#tokens[this.#at];
    if (token?.kind === "number") {
      this.#at++;
      const number = isNegative ? -token.value : token.value;
      return () => number;
    }
    if (isNegative) this.#fail("a number");
    if (token?.kind === "text") {
      this.#at++;
      return () => token.value;
    }
    if (token?.kind !== "name") this.#fail("a name, a number or a text");
    this.#at++;
    if (CONSTANTS.has(token.value)) {
      const constant = CONSTANTS.get(token.value);
      return () => constant;
    }
    return this.#path(token.value);
  }

  #path(name: string): Value {
    const steps: (string | number)[] = [];
    for (;;) {
      const isField = this.#take(".");
      if (!isField && !this.#take("[")) break;
      const token = this.#tokens[this.#at];
      if (token?.kind !== (isField ? "name" : "number")) {
        this.#fail(isField ? "the name of a field" : "an index");
      }
      this.#at++;
      steps.push(isField ? String(token.value) : Number(token.value));
      if (!isField) this.#require("]");
    }
    return (lookup) => {
      let value = lookup(name);
      for (const step of steps) value = member(value, step);
      return value;
    };
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "sign" || token.value !== sign) return false;
    this.#at++;
    return true;
  }

  #require(sign: string): void {
    if (!this.#take(sign)) this.#fail(JSON.stringify(sign));
  }

  #descend(): void {
    if (++this.#depth > DEEPEST) {
      throw new UsageError(
        `--filter has more than ${DEEPEST} brackets in one another`,
      );
    }
  }

  #fail(expected: string): never {
    const token = this.#tokens[this.#at];
    const found = token === undefined
      ? "it ends"
      : `${JSON.stringify(String(token.value))} is there`;
    throw new UsageError(
      `--filter: ${expected} is expected where ${found}, behind ${
        JSON.stringify(
          this.#tokens.slice(Math.max(0, this.#at - 3), this.#at)
            .map(({ value }) => value).join(" "),
        )
      }`,
    );
  }
}

const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

type Compare = (left: unknown, right: unknown) => boolean;

const COMPARISONS: readonly (readonly [string, Compare])[] = [
  ["==", isSame],
  ["!=", (left, right) => !isSame(left, right)],
  ["<=", (left, right) => isOrdered(left, right, (a, b) => a <= b)],
  [">=", (left, right) => isOrdered(left, right, (a, b) => a >= b)],
  ["<", (left, right) => isOrdered(left, right, (a, b) => a < b)],
  [">", (left, right) => isOrdered(left, right, (a, b) => a > b)],
  ["~", (left, right) => String(left ?? "").includes(String(right ?? ""))],
];

/** Numbers and bigints by their value; nothing else is converted. */
function isSame(left: unknown, right: unknown): boolean {
  if (isNumber(left) && isNumber(right)) return left <= right && left >= right;
  return (left ?? null) === (right ?? null);
}

function isOrdered(
  left: unknown,
  right: unknown,
  compare: (
    left: number | bigint | string,
    right: number | bigint | string,
  ) => boolean,
): boolean {
  const isText = typeof left === "string" && typeof right === "string";
  if (isText || (isNumber(left) && isNumber(right))) {
    return compare(left, right);
  }
  return false;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** What is there and neither false, 0 nor empty. */
function isTrue(value: unknown): boolean {
  return Boolean(value);
}

/** Own fields alone: `constructor` is none. */
function member(value: unknown, step: string | number): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, step)
    ? Object.getOwnPropertyDescriptor(value, step)?.value
    : undefined;
}
