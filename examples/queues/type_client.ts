// deno run --allow-ffi examples/queues/type_client.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Asks type_server.ts what its arguments say, behind a key and a number of its own,
// which must be above 1: type_client.ts 1234 77 hello. Without any it ends the server.

import { SystemMessageQueue } from "../../queue/mod.ts";

function ask(queue: SystemMessageQueue, client: number, text: string): void {
  const question = new Uint8Array(4 + new TextEncoder().encode(text).length);
  new DataView(question.buffer).setInt32(0, client, true);
  new TextEncoder().encodeInto(text, question.subarray(4));
  queue.send(question, { type: 1 });
}

try {
  const [key = "1234", client = "77", ...questions] = Deno.args;
  const queue = SystemMessageQueue.open({ key: Number(key) });
  for (const question of questions) {
    ask(queue, Number(client), question);
    const { bytes } = queue.receive({ type: Number(client) });
    console.log(new TextDecoder().decode(bytes));
  }
  if (questions.length === 0) ask(queue, Number(client), "");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
