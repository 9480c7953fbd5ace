// deno run --allow-ffi examples/queues/type_server.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// A server that answers by type, through one System V message queue: questions have
// type 1 and start with the number of the client, 4 bytes; the answer has that number
// as its type. A question without text ends it.

import { SystemMessageQueue } from "../../queue/mod.ts";

try {
  const [key = "1234"] = Deno.args;
  const queue = SystemMessageQueue.create({ key: Number(key) });
  try {
    console.log("The server waits");
    for (;;) {
      const { bytes } = queue.receive({ type: 1 });
      const client = new DataView(bytes.buffer).getInt32(0, true);
      const question = new TextDecoder().decode(bytes.subarray(4));
      if (question === "") break;
      console.log(`${client} asks: ${question}`);
      const answer = new TextEncoder().encode(question.toUpperCase());
      queue.send(answer, { type: client });
    }
  } finally {
    queue.remove();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
