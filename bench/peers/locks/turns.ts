/**
 * One of the two processes that take turns.
 *
 * Takes "lead" or "follow", the name of shared memory, and the path of a
 * socket, which the leader makes. Says 0 when it is ready. Reads "HOW FROM
 * COUNT" lines from stdin, does its part of COUNT round trips and one more, and
 * answers with the nanoseconds that they took.
 *
 * @module
 */

import { SharedMemory } from "../../../mod.ts";
import { type Part, socket, type Way, WAYS } from "../../locks/turns.ts";

const [first, name = "", path = ""] = Deno.args;
const role = roleOf(first);
using memory = SharedMemory.open(name);
using mapping = memory.map();
const words = new Int32Array(mapping.bytes.buffer);

function roleOf(text: string | undefined): keyof Way {
  if (text === "lead" || text === "follow") return text;
  throw new Error(`There is no role ${text}`);
}

function answer(nanoseconds: number): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${nanoseconds}\n`));
}

async function connect(): Promise<Deno.Conn> {
  const address = { transport: "unix", path } as const;
  if (role === "follow") {
    const conn = await Deno.connect(address);
    answer(0);
    return conn;
  }
  using listener = Deno.listen(address);
  answer(0);
  return await listener.accept();
}

using conn = await connect();

function partOf(how: string): Part {
  switch (how) {
    case "socket":
      return socket(conn)[role];
    case "spin":
    case "wait":
    case "waitAsync":
      return WAYS[how][role];
    default:
      throw new Error(`There is no way ${how}`);
  }
}

// Lines come one at a time: the next when the last was answered.
for await (
  const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const [how = "", from, count] = line.trim().split(" ");
  const part = partOf(how);
  // One more than asked for: the first, which waits for the other one's start.
  await part(words, Number(from), 1);
  const start = performance.now();
  await part(words, Number(from) + 1, Number(count));
  answer((performance.now() - start) * 1e6);
}
