/**
 * One of two processes that ask and answer messages of 64 bytes, with the loops
 * that read waiting on both sides.
 *
 * Takes "lead" or "follow", a name, and the path of a socket, which the leader
 * makes. Says 0 when it is ready. The leader reads "WAY PAUSE COUNT" lines from
 * stdin, and answers with the nanoseconds that all round trips took, without the
 * pauses in milliseconds before each.
 *
 * @module
 */

import { Receiver, Sender } from "../../../channel/mod.ts";

const LENGTH = 64;
const [role = "", name = "", path = ""] = Deno.args;

function answer(nanoseconds: number): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${nanoseconds}\n`));
}

/** A way to send, and a loop that reads. */
interface Line {
  send(bytes: Uint8Array): Promise<unknown>;
  readonly messages: AsyncIterable<Uint8Array>;
}

async function* bytesOf(receiver: Receiver): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of receiver) yield bytes;
}

async function* readFrom(conn: Deno.Conn): AsyncGenerator<Uint8Array> {
  const bytes = new Uint8Array(LENGTH);
  while (await conn.read(bytes) !== null) yield bytes;
}

const isLeader = role === "lead";
const [mine, theirs] = isLeader ? ["-back", "-there"] : ["-there", "-back"];
using receiver = Receiver.create(`${name}${mine}`);
const address = { transport: "unix", path } as const;
let conn: Deno.Conn;
if (isLeader) {
  using listener = Deno.listen(address);
  answer(0);
  conn = await listener.accept();
} else {
  conn = await Deno.connect(address);
  answer(0);
}
using sender = await Sender.waitFor(`${name}${theirs}`);
const lines: Record<string, Line> = {
  channel: {
    send: (bytes) => sender.send(bytes),
    messages: bytesOf(receiver),
  },
  socket: {
    send: (bytes) => conn.write(bytes),
    messages: readFrom(conn),
  },
};

const loops = Object.values(lines);

async function follow({ send, messages }: Line): Promise<void> {
  for await (const bytes of messages) await send(bytes);
}

async function lead(): Promise<void> {
  let answered = () => {};
  for (const { messages } of loops) {
    (async () => {
      for await (const _ of messages) answered();
    })();
  }
  const bytes = new Uint8Array(LENGTH);
  for await (
    const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  ) {
    const [way = "", pause, count] = text.trim().split(" ");
    const line = lines[way];
    if (line === undefined) throw new Error(`There is no way ${way}`);
    let time = 0;
    for (let turn = 0; turn < Number(count); turn++) {
      if (Number(pause) > 0) {
        await new Promise((resolve) => setTimeout(resolve, Number(pause)));
      }
      const start = performance.now();
      const { promise, resolve } = Promise.withResolvers<void>();
      answered = resolve;
      await line.send(bytes);
      await promise;
      time += performance.now() - start;
    }
    answer(time * 1e6);
  }
}

if (isLeader) await lead();
else {
  for (const line of loops) follow(line);
  // Until there are no more requests, of which it gets none.
  await Deno.stdin.readable.pipeTo(new WritableStream());
}
sender.close();
receiver.close();
conn.close();
Deno.exit();
