/**
 * One of two processes that ask and answer messages of 64 bytes, with the loops
 * that read waiting on both sides.
 *
 * Takes "lead" or "follow", a name, the path of a socket, which the leader makes,
 * and those of two named pipes, there and back. Says 0 when it is ready. The leader reads "WAY PAUSE COUNT" lines from
 * stdin, and answers with the nanoseconds that all round trips took, without the
 * pauses in milliseconds before each.
 *
 * @module
 */

import { Socket } from "node:net";
import { Receiver, Sender } from "../../../channel/mod.ts";
import { openFifo } from "../../../ffi/files/fifo.ts";

const LENGTH = 64;
const [role = "", name = "", path = "", there = "", back = ""] = Deno.args;

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

/** What is written into a pipe, read by the event loop as the library reads its own. */
async function* readFromPipe(fd: number): AsyncGenerator<Uint8Array> {
  const bytes = new Uint8Array(LENGTH);
  let arrived = Promise.withResolvers<void>();
  const onread = {
    buffer: new Uint8Array(256),
    callback: () => {
      arrived.resolve();
      return true;
    },
  };
  const socket = new Socket({ fd, readable: true, writable: false, onread });
  socket.resume();
  for (;;) {
    await arrived.promise;
    arrived = Promise.withResolvers();
    yield bytes;
  }
}

const isLeader = role === "lead";
const mouth = isLeader ? back : there;
const own = openFifo(mouth, "read", "open the pipe");
// Without a writer it would end before the other side has opened it.
using _writer = Deno.openSync(mouth, { write: true });
let pipe: Deno.FsFile | undefined;
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
  pipe: {
    send: (bytes) => {
      pipe ??= Deno.openSync(isLeader ? there : back, { write: true });
      return Promise.resolve(pipe.writeSync(bytes.subarray(0, 1)));
    },
    messages: readFromPipe(own!),
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
