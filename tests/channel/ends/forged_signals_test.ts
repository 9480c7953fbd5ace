/**
 * Signals that are none, and signals whose methods were replaced.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../deps.ts";
import { Receiver } from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { SystemMessageQueue } from "../../../queue/mod.ts";
import { Mutex, Semaphore, waitAsync } from "../../../sync/mod.ts";
import { Latest } from "../../../store/mod.ts";
import { ROOT, runDeno } from "../../helpers/deno.ts";
import { Name } from "../../helpers/channel/ends.ts";

Deno.test("An object that only has the prototype of a signal is refused by everything that waits", async () => {
  using undo = new DisposableStack();
  using channel = new Name();
  using store = new Name();
  const receiver = undo.use(Receiver.create(channel.text));
  const latest = undo.use(Latest.create(store.text, { byteLength: 8 }));
  const queue = SystemMessageQueue.create();
  undo.defer(() => queue.remove());
  const { bytes } = undo.use(SharedMemory.anonymous({ size: 5003 }).map());
  const semaphore = Semaphore.createAt(bytes, 64);
  const mutex = Mutex.create(bytes, 128);
  using _held = mutex.lock();
  const signal: AbortSignal = Object.create(AbortSignal.prototype);
  const options = { signal, timeoutMs: 20 };
  const waits: [string, () => Promise<unknown>][] = [
    ["receive", () => receiver.receive(options)],
    ["next", () => latest.next(options)],
    ["receiveAsync", () => queue.receiveAsync(options)],
    ["waitAsync", () => semaphore.waitAsync(options)],
    ["lockAsync", () => mutex.lockAsync(options)],
    [
      "word",
      () => waitAsync(new Int32Array(bytes.buffer, 0, 4), 0, 0, options),
    ],
  ];
  for (const [what, wait] of waits) {
    const error = await assertRejects(async () => await wait(), TypeError);
    assertEquals(error.message.startsWith("Cannot "), true, what);
    assertEquals(error.message.includes("signal"), true, error.message);
  }
});

Deno.test("A signal whose addEventListener() fails ends the wait, and keeps no program alive", async () => {
  using name = new Name();
  const ended = await runDeno(
    `
    import { Receiver } from "${new URL("channel/mod.ts", ROOT)}";
    const receiver = Receiver.create(Deno.args[0]);
    // By then the pipe is watched.
    for (let i = 0; i < 3; i++) {
      await receiver.receive({ timeoutMs: 60 }).catch(() => {});
    }
    const { signal } = new AbortController();
    Object.defineProperty(signal, "addEventListener", {
      value() { throw new Error("refused"); },
    });
    await receiver.receive({ signal }).catch((error) => console.log(error.message));
    console.log("done");
  `,
    { args: [name.text] },
  );
  assertEquals(ended.stdout, "refused\ndone\n", ended.stderr);
  assertEquals(ended.code, 0, ended.stderr);
});
