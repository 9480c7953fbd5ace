// deno run --allow-ffi examples/channels/java_questions.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Receives numbers from java/Squares.java, a Java program with Agrona, sends
// each back with its square, and hears from it whether all were right.

import { Receiver, Sender } from "../../channel/mod.ts";

const [NUMBER, VERDICT] = [1, 2];

async function ask(name: string, count: number): Promise<void> {
  using cleanup = new DisposableStack();
  // The objects have exactly the size of Agrona's ring buffers, so Java maps
  // /dev/shm/NAME-to-deno and /dev/shm/NAME-to-java as they are.
  const inbox = cleanup.use(Receiver.create(`${name}-to-deno`));
  cleanup.defer(() => inbox.unlink());
  const outbox = cleanup.use(Sender.create(`${name}-to-java`));
  cleanup.defer(() => outbox.unlink());
  console.log("Waiting for Java");

  for await (const { typeId, bytes } of inbox) {
    if (typeId === VERDICT) {
      console.log(`Java says: ${new TextDecoder().decode(bytes)}`);
      break;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const number = view.getBigInt64(0, true);
    if (number > count) throw new Error(`${number} was not asked for`);
    const answer = new BigInt64Array([number, number ** 2n]);
    await outbox.send(new Uint8Array(answer.buffer), { typeId: NUMBER });
  }
}

try {
  await ask(Deno.args[0] ?? "/java", Number(Deno.args[1] ?? 1000));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
