/**
 * Wrong and hostile arguments are refused before libc sees them, by name, and
 * nothing that they do ends the process or gets bytes out that were not sent.
 *
 * @module
 */

import { assertEquals, assertThrows } from "../../deps.ts";
import {
  IPC_NOWAIT,
  IPC_RMID,
  MessageQueue,
  msgctl,
  msgget,
  msgrcv,
  msgsnd,
  NamedPipe,
  SystemMessageQueue,
} from "../../queue/mod.ts";
import { Semaphore } from "../../sync/mod.ts";
import { randomName } from "../helpers/names.ts";
import { assertRefused, outcomeOf } from "../helpers/memory/outcomes.ts";
import {
  bytesOf,
  testQueue,
  testSystemQueue,
  textOf,
} from "../helpers/queue/queues.ts";

/** A call, the class of its error, and a part of its message. */
type Case = readonly [() => unknown, "TypeError" | "RangeError", string];

/** What a caller without types may pass. */
// deno-lint-ignore no-explicit-any -- that is what is tested
const wrong = (value: unknown): any => value;

Deno.test("wrong arguments of queues are refused, unknown options by name", () => {
  using made = testQueue();
  using system = testSystemQueue();
  const { queue } = made;
  const name = randomName();
  const bytes = bytesOf("x");
  const cases: readonly Case[] = [
    [() => MessageQueue.create(wrong(5)), "TypeError", "must be a string"],
    [() => MessageQueue.create("a/b"), "TypeError", "one component"],
    [() => MessageQueue.create("a\0b"), "TypeError", "contains a NUL"],
    [
      () => MessageQueue.create(`/${"n".repeat(256)}`),
      "RangeError",
      "256 bytes",
    ],
    [
      () => MessageQueue.create(name, wrong({ size: 5 })),
      "TypeError",
      'there is no option "size"; there are maxMessages',
    ],
    [() => MessageQueue.create(name, wrong(5)), "TypeError", "an object"],
    [() => MessageQueue.create(name, wrong(null)), "TypeError", "an object"],
    [
      () => MessageQueue.create(name, { maxMessages: 0 }),
      "RangeError",
      "from 1 to 65536: received 0",
    ],
    [
      () => MessageQueue.create(name, { maxMessageLength: 1.5 }),
      "RangeError",
      "received 1.5",
    ],
    [() => MessageQueue.create(name, { mode: 0o1777 }), "RangeError", "0o777"],
    [
      () => MessageQueue.create(name, { ifExists: wrong("maybe") }),
      "TypeError",
      '"fail", "open": received "maybe"',
    ],
    [
      () => MessageQueue.open(name, { access: wrong("all") }),
      "TypeError",
      '"read-write": received "all"',
    ],
    [() => queue.send(wrong("text")), "TypeError", "a message is a Uint8Array"],
    [() => queue.send(wrong(new Uint16Array(2))), "TypeError", "a Uint8Array"],
    [() => queue.send(wrong(new ArrayBuffer(2))), "TypeError", "a Uint8Array"],
    [
      () => queue.send(wrong(new Proxy(bytes, {}))),
      "TypeError",
      "a Uint8Array",
    ],
    [() => queue.send(bytes, { priority: -1 }), "RangeError", "0 to 32767"],
    [() => queue.send(bytes, { priority: 32768 }), "RangeError", "0 to 32767"],
    [() => queue.send(bytes, { timeoutMs: -1 }), "RangeError", "0 or more"],
    [() => queue.send(bytes, { timeoutMs: NaN }), "RangeError", "0 or more"],
    [
      () => queue.trySend(bytes, wrong({ timeoutMs: 5 })),
      "TypeError",
      'there is no option "timeoutMs"',
    ],
    [
      () => queue.receive(wrong({ timeout: 5 })),
      "TypeError",
      'there is no option "timeout"; there are timeoutMs',
    ],
    [() => system.queue.send(bytes, { type: 0 }), "RangeError", "from 1 to"],
    [() => system.queue.send(bytes, { type: 2 ** 53 }), "RangeError", "from 1"],
    [
      () => system.queue.receive({ except: true }),
      "RangeError",
      "except needs a type above 0: received 0",
    ],
    [
      () => system.queue.receive({ truncate: true }),
      "TypeError",
      "truncate needs a maxLength",
    ],
    [
      () => system.queue.receive({ truncate: wrong(1), maxLength: 1 }),
      "TypeError",
      "must be true or false",
    ],
    [
      () => system.queue.receive({ maxLength: 2 ** 31 }),
      "RangeError",
      "maxLength",
    ],
    [() => system.queue.set(wrong({ owner: 1 })), "TypeError", '"owner"'],
    [() => system.queue.set({ maxBytes: -1 }), "RangeError", "maxBytes"],
    [() => SystemMessageQueue.create({ key: 2 ** 31 }), "RangeError", "key"],
    [() => SystemMessageQueue.open({}), "TypeError", "its key or its id"],
    [() => SystemMessageQueue.open({ key: 0 }), "RangeError", "IPC_PRIVATE"],
    [() => msgget(2 ** 31), "RangeError", "key"],
    [() => msgget(1, 2 ** 32), "RangeError", "flags"],
    [() => msgsnd(1.5, 1, bytes), "RangeError", "msqid"],
    [() => msgsnd(1, -1, bytes), "RangeError", "type"],
    [() => msgrcv(1, -1), "RangeError", "size"],
    [() => msgrcv(1, 2 ** 31), "RangeError", "size"],
    [() => msgctl(1, wrong(99)), "RangeError", "there is no command 99"],
    [() => NamedPipe.create(""), "TypeError", "it is empty"],
    [
      () => NamedPipe.create(new URL("https://example.com/pipe")),
      "TypeError",
      "a file URL",
    ],
    [
      () => NamedPipe.create("/tmp/x", wrong({ modus: 1 })),
      "TypeError",
      '"modus"',
    ],
  ];
  for (const [call, errorName, says] of cases) {
    assertRefused(outcomeOf(call), errorName, says);
  }
  assertEquals([queue.status().messages, system.queue.status().messages], [
    0,
    0,
  ]);
});

Deno.test("a message whose memory was transferred away is refused", () => {
  using made = testQueue();
  using system = testSystemQueue();
  const bytes = bytesOf("gone");
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  for (const { queue } of [made, system]) {
    assertThrows(() => queue.send(bytes), TypeError, "transferred");
  }
});

Deno.test("a message that lies about its length is sent as it is", () => {
  class Liar extends Uint8Array<ArrayBuffer> {
    override get byteLength(): number {
      return 4000;
    }
    override get length(): number {
      return 4000;
    }
    override get buffer(): ArrayBuffer {
      return new ArrayBuffer(4000);
    }
  }
  using made = testQueue();
  using system = testSystemQueue();
  const liar = new Liar(new Uint8Array([1, 2, 3]).buffer);
  const original = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(Uint8Array.prototype),
    "byteLength",
  )!;
  made.queue.send(liar);
  assertEquals(made.queue.receive().bytes.toHex(), "010203");
  system.queue.send(liar);
  assertEquals(system.queue.receive().bytes.toHex(), "010203");
  try {
    Object.defineProperty(
      Object.getPrototypeOf(Uint8Array.prototype),
      "byteLength",
      { ...original, get: () => 8000 },
    );
    made.queue.send(bytesOf("abc"));
  } finally {
    Object.defineProperty(
      Object.getPrototypeOf(Uint8Array.prototype),
      "byteLength",
      original,
    );
  }
  assertEquals(textOf(made.queue.receive()), "abc");
});

Deno.test("options are read once, and what reading them does changes nothing", () => {
  using made = testQueue();
  const { queue } = made;
  let reads = 0;
  const bytes = bytesOf("first");
  const options = {
    get priority() {
      reads++;
      // The array is gone when its bytes are to be sent.
      if (bytes.buffer.byteLength > 0) {
        structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      }
      return 3;
    },
  };
  assertThrows(() => queue.send(bytes, options), TypeError);
  assertEquals(reads, 1);
  assertEquals(queue.status().messages, 0);
  const closing = {
    get priority() {
      queue.close();
      return 0;
    },
  };
  assertThrows(
    () => queue.send(bytesOf("second"), closing),
    Deno.errors.BadResource,
  );
});

Deno.test("messages may lie in memory that others share or that grows", () => {
  using made = testQueue();
  const { queue } = made;
  const shared = new Uint8Array(new SharedArrayBuffer(5)).fill(7);
  queue.send(shared);
  assertEquals(queue.receive().bytes.toHex(), "0707070707");
  const growing = new Uint8Array(new ArrayBuffer(3, { maxByteLength: 100 }));
  queue.send(growing.fill(9));
  assertEquals(queue.receive().bytes.toHex(), "090909");
});

Deno.test("-0 is taken for 0, as a mode, a key, an id, flags and a priority", () => {
  using undo = new DisposableStack();
  const name = randomName();
  const queue = undo.use(
    MessageQueue.create(name, { mode: -0, maxMessageLength: 64 }),
  );
  queue.unlink();
  assertEquals(queue.trySend(bytesOf("x"), { priority: -0 }), true);
  assertEquals(queue.tryReceive()?.priority, 0);
  const system = SystemMessageQueue.create({ key: -0, mode: -0 });
  undo.defer(() => system.remove());
  const id = msgget(-0, -0 | 0o600);
  undo.defer(() => msgctl(id, IPC_RMID));
  msgsnd(id, 1, bytesOf("y"), -0);
  assertEquals(textOf(msgrcv(id, 9, -0, -0)), "y");
  // There may be a queue with the id 0.
  const { failure } = outcomeOf(() => msgsnd(-0, 1, bytesOf("z"), IPC_NOWAIT));
  assertEquals(failure?.syscall ?? "msgsnd", "msgsnd");
  const folder = Deno.makeTempDirSync();
  undo.defer(() => Deno.removeSync(folder, { recursive: true }));
  NamedPipe.create(`${folder}/pipe`, { mode: -0 }).unlink();
  const semaphore = undo.use(Semaphore.create(randomName(), { mode: -0 }));
  semaphore.unlink();
});
