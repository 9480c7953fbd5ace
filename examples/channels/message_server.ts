// deno run --allow-ffi examples/channels/message_server.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Shows each letter that message_client.ts sends, and says so, until it is a q.
// The letters of the lecture once more: none is lost, nobody looks in vain, and
// two channels make a question and an answer.

import { Receiver, Sender } from "../../channel/mod.ts";

async function serve(name: string): Promise<void> {
  using cleanup = new DisposableStack();
  const letters = cleanup.use(Receiver.create(`${name}-questions`));
  cleanup.defer(() => letters.unlink());
  const answers = cleanup.use(Sender.create(`${name}-answers`));
  cleanup.defer(() => answers.unlink());

  for await (const { bytes } of letters) {
    const letter = new TextDecoder().decode(bytes);
    console.log(`You pressed ${letter}`);
    await answers.send(bytes);
    if (letter === "q") break;
  }
}

try {
  await serve(Deno.args[0] ?? "/letters");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
