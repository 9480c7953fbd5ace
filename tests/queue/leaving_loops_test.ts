/** Leaving a loop over messages while it waits: nothing is taken any more. */

import { assertEquals, assertRejects } from "../../deps.ts";
import { SystemMessageQueue } from "../../queue/mod.ts";
import { bytesOf, testQueue, textOf } from "../helpers/queue/queues.ts";

Deno.test("a loop over a MessageQueue that is left while it waits takes no message", async () => {
  using made = testQueue();
  const { queue } = made;
  const messages = queue[Symbol.asyncIterator]();
  const next = messages.next();
  await messages.return();
  assertEquals(await next, { done: true, value: undefined });
  queue.send(bytesOf("kept"));
  assertEquals(textOf(queue.receive()), "kept");
});

Deno.test("a stream from a SystemMessageQueue ends with its signal, and takes no message", async () => {
  const queue = SystemMessageQueue.create();
  using cleanup = new DisposableStack();
  cleanup.defer(() => queue.remove());
  const stop = new AbortController();
  const { signal } = stop;
  const piped = ReadableStream.from(queue)
    .pipeTo(new WritableStream(), { signal });
  setTimeout(() => stop.abort(), 5);
  await assertRejects(() => piped, DOMException, "abort");
  queue.send(bytesOf("kept"));
  assertEquals(textOf(queue.receive()), "kept");
});
