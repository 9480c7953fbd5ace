/**
 * Works on what comes on stdin, or through the Unix socket that is named.
 * Started by the demo.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- stdout is the way to answer

import { READY } from "./crew.ts";
import { JOBS, WINDOW_LENGTH, workOf } from "./jobs.ts";
import { HEADER_LENGTH } from "./streaming.ts";

const [name, index, path] = Deno.args;
const job = JOBS.find((each) => each.name === name);
if (job === undefined) throw new TypeError("There is no such job");

const input = path === undefined ? Deno.stdin : await connect(path);
console.log(READY);

const buffer = new Uint8Array(WINDOW_LENGTH);
const header = new TextDecoder().decode(await read(HEADER_LENGTH));
const [length = 0, rounds = 0] = header.split(" ").map(Number);
const work = workOf(job.name, length);
for (let round = 0; round < rounds; round++) {
  let left = length;
  while (left > 0) {
    const bytes = await read(Math.min(left, buffer.length));
    work.take(bytes);
    left -= bytes.length;
  }
  console.log(work.end());
}

async function connect(path: string): Promise<Deno.UnixConn> {
  const connection = await Deno.connect({ transport: "unix", path });
  await connection.write(new Uint8Array([Number(index)]));
  return connection;
}

/** Reads some bytes, at most a number of them. */
async function read(most: number): Promise<Uint8Array<ArrayBuffer>> {
  const count = await input.read(buffer.subarray(0, most));
  if (count === null) throw new Error("The bytes ended early");
  return buffer.subarray(0, count);
}
