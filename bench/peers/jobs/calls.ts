/**
 * Answers the same calls over shared memory and over a Unix socket: JSON, one
 * line a call there.
 *
 * Takes a name and the path of a socket. Says 0 when it is ready, and ends with its
 * stdin.
 *
 * @module
 */

import { Server } from "../../../rpc/mod.ts";
import { LeastServer } from "../../jobs/least_calls.ts";

const [name = "", path = ""] = Deno.args;

function answer(request: unknown): unknown {
  return { answer: request };
}

async function serve(conn: Deno.Conn): Promise<void> {
  const encoder = new TextEncoder();
  let rest = "";
  for await (
    const text of conn.readable.pipeThrough(new TextDecoderStream())
  ) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { id, request } = JSON.parse(line);
      const reply = JSON.stringify({ id, response: answer(request) });
      // As programs do it: each answer when it is ready.
      await conn.write(encoder.encode(`${reply}\n`));
    }
  }
}

const server = Server.listen(name, answer, { capacity: 2 ** 20 });
// Besides: the same with nothing that is not needed for it.
const least = new LeastServer(name, 2 ** 20, answer);
using listener = Deno.listen({ transport: "unix", path });
(async () => {
  for await (const conn of listener) serve(conn).catch(() => {});
})();
Deno.stdout.writeSync(new TextEncoder().encode("0\n"));
await Deno.stdin.readable.pipeTo(new WritableStream());
await server.close();
await least[Symbol.asyncDispose]().catch(() => {});
Deno.exit();
