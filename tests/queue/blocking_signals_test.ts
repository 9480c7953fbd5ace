/** Signals of calls that block: looked at before, and nothing is sent or lost. */

import { assertEquals, assertThrows } from "../../deps.ts";
import { MessageQueue, SystemMessageQueue } from "../../queue/mod.ts";
import { randomName } from "../helpers/names.ts";

Deno.test("send() and receive() of both queues end with the reason of a signal that was aborted before", () => {
  using posix = MessageQueue.create(randomName(), { maxMessages: 2 });
  posix.unlink();
  using cleanup = new DisposableStack();
  const system = SystemMessageQueue.create();
  cleanup.defer(() => system.remove());
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const quiet = new AbortController().signal;
  for (const queue of [posix, system]) {
    const bytes = new Uint8Array(3);
    assertEquals(
      assertThrows(() => queue.send(bytes, { signal })),
      reason,
    );
    assertEquals(queue.status().messages, 0);
    assertEquals(queue.send(bytes, { signal: quiet, timeoutMs: 5 }), "ok");
    assertEquals(assertThrows(() => queue.receive({ signal })), reason);
    assertEquals(queue.status().messages, 1);
    assertEquals(queue.receive({ signal: quiet })?.bytes.length, 3);
    assertEquals(queue.receive({ signal: quiet, timeoutMs: 1 }), null);
    assertThrows(
      () => Reflect.apply(queue.receive, queue, [{ signal: "stop" }]),
      TypeError,
      'the signal must be an AbortSignal: received "stop"',
    );
  }
});
