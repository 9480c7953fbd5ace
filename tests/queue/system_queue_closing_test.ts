/** What is left of a System V message queue when a handle of it is closed. */

import { assertEquals, assertRejects, assertThrows } from "../../deps.ts";
import { SystemMessageQueue } from "../../queue/mod.ts";

Deno.test("SystemMessageQueue.close() leaves the queue, ends waits, and refuses further use", async () => {
  const queue = SystemMessageQueue.create();
  const { id } = queue;
  using other = SystemMessageQueue.open({ id });
  using cleanup = new DisposableStack();
  cleanup.defer(() => other.remove());
  const waiting = queue.receiveAsync();
  {
    using _closed = queue;
  }
  queue.close();
  const { BadResource } = Deno.errors;
  const says = `system message queue ${id}: the handle is closed`;
  await assertRejects(() => waiting, BadResource, says);
  const bytes = new Uint8Array(3);
  for (
    const use of [
      () => queue.send(bytes),
      () => queue.trySend(bytes),
      () => queue.receive(),
      () => queue.tryReceive(),
      () => queue.status(),
      () => queue.set({ mode: 0o600 }),
      () => queue.remove(),
    ]
  ) assertThrows(use, BadResource, says);
  other.send(bytes);
  assertEquals(other.status().messages, 1);
});
