import { UsageError } from "../command.ts";

/** A word of an expression. */
export type Token =
  | { readonly kind: "number"; readonly value: number | bigint }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "name"; readonly value: string }
  | { readonly kind: "sign"; readonly value: string };

/** Longer ones first: `<=` is no `<`. */
const SIGNS = [
  "&&",
  "||",
  "==",
  "!=",
  "<=",
  ">=",
  "<",
  ">",
  "~",
  "!",
  "(",
  ")",
  ".",
  "[",
  "]",
  "-",
] as const;

const BLANKS = /\s+/y;
const NUMBER = /0x[\da-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy;
const TEXT = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y;
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/uy;

/** Splits an expression into words. */
export function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(expression);
    if (match !== null) at += match[0].length;
    return match;
  };
  while (at < expression.length) {
    if (take(BLANKS) !== null) continue;
    const number = take(NUMBER);
    if (number !== null) {
      tokens.push({ kind: "number", value: numberOf(number[0]) });
      continue;
    }
    const text = take(TEXT);
    if (text !== null) {
      const value = (text[1] ?? text[2] ?? "").replaceAll(/\\(.)/g, "$1");
      tokens.push({ kind: "text", value });
      continue;
    }
    const name = take(NAME);
    if (name !== null) {
      tokens.push({ kind: "name", value: name[0] });
      continue;
    }
    const sign = SIGNS.find((each) => expression.startsWith(each, at));
    if (sign === undefined) {
      throw new UsageError(
        `--filter: nothing begins with ${
          JSON.stringify(expression.slice(at, at + 10))
        }: names, numbers, "texts" and ${SIGNS.join(" ")} are known`,
      );
    }
    tokens.push({ kind: "sign", value: sign });
    at += sign.length;
  }
  return tokens;
}

/** A number, exactly: fields of 64 bits are compared with it. */
function numberOf(text: string): number | bigint {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) &&
      /^(0x[\da-f]+|\d+)$/i.test(text)
    ? BigInt(text)
    : number;
}
