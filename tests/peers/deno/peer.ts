/**
 * The other side of a test, in Deno: does what it is told on stdin, a line at a
 * time, and answers with one line. The programs in C and Python beside it
 * understand the same.
 *
 *     create KIND TARGET SIZE              ok TARGET SIZE ADDRESS
 *     open KIND TARGET ACCESS [ADDRESS]    ok TARGET SIZE ADDRESS
 *     read OFFSET LENGTH                   ok HEX
 *     write OFFSET HEX                     ok
 *     add OFFSET TIMES                     ok     1 to an int, atomically
 *     close                                ok
 *     remove KIND TARGET                   ok
 *
 * What fails is answered with `error CODE`.
 *
 * @module
 */

import { isSystemError, ReadonlyBytes } from "../../../mod.ts";
import {
  type Held,
  isKind,
  type Kind,
  KINDS,
} from "../../helpers/peers/kinds.ts";

let held: Held | undefined;

const COMMANDS: Readonly<Record<string, (...args: string[]) => string>> = {
  create: (kind = "", target = "", size) => {
    held = kindOf(kind).create(target, Number(size));
    return describe(held);
  },
  open: (kind = "", target = "", access, address) => {
    held = kindOf(kind).open(
      target,
      access === "read" ? "read" : "read-write",
      address === undefined ? undefined : BigInt(address),
    );
    return describe(held);
  },
  read: (offset, length) => {
    const start = Number(offset);
    return memory().slice(start, start + Number(length)).toHex();
  },
  write: (offset, hex = "") => {
    writable().set(Uint8Array.fromHex(hex), Number(offset));
    return "";
  },
  add: (offset, times) => {
    const words = new Int32Array(writable().buffer, Number(offset), 1);
    for (let i = 0; i < Number(times); i++) Atomics.add(words, 0, 1);
    return "";
  },
  close: () => {
    held?.[Symbol.dispose]();
    held = undefined;
    return "";
  },
  remove: (kind = "", target = "") => {
    kindOf(kind).remove(target);
    return "";
  },
};

function kindOf(name: string): Kind {
  if (!isKind(name)) throw new Error(`there is no kind ${name}`);
  return KINDS[name];
}

function describe({ target, size, address }: Held): string {
  return `${target} ${size} 0x${address.toString(16)}`;
}

function memory(): Held["bytes"] {
  if (held === undefined) throw new Error("nothing is open");
  return held.bytes;
}

function writable(): Uint8Array<ArrayBuffer> {
  const bytes = memory();
  if (bytes instanceof ReadonlyBytes) throw new Error("READ-ONLY");
  return bytes;
}

function answer(line: string): string {
  const [word = "", ...args] = line.split(" ");
  try {
    return `ok ${COMMANDS[word]?.(...args) ?? ""}`.trimEnd();
  } catch (error) {
    if (isSystemError(error)) return `error ${error.code}`;
    return `error ${error instanceof Error ? error.message : error}`;
  }
}

const encoder = new TextEncoder();
let rest = "";
for await (
  const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    Deno.stdout.writeSync(encoder.encode(`${answer(line)}\n`));
  }
}
