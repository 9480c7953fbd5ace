/**
 * What the ends of a channel know of it: who is there, how full it is, what
 * waits, and what its creator said of it.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import {
  Publisher,
  Receiver,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import { RingControl } from "../../../channel/membership/ring_control.ts";
import { SharedMemory } from "../../../mod.ts";
import { ROOT } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";
import { until } from "../../helpers/sync/size.ts";
import { bytesOf, ends, fill, Name } from "../../helpers/channel/ends.ts";

const IMPORT = `import { Receiver, Sender } from "${new URL(
  "channel/mod.ts",
  ROOT,
)}";
const [name] = Deno.args;
`;

const OPEN_SENDER = `${IMPORT}
const sender = Sender.open(name);
console.log("ready");
await new Promise((resolve) => setTimeout(resolve, 600_000));
sender.close();
`;

const OPEN_RECEIVER = `${IMPORT}
const receiver = Receiver.open(name);
console.log("ready");
for await (const _ of receiver);
`;

Deno.test("senders has process and state of each, until the receiver has come to it", async () => {
  using name = new Name();
  using receiver = Receiver.create(name.text, { producers: "many" });
  assertEquals(receiver.senders, []);
  using here = Sender.open(name.text);
  await using program = startProgram(OPEN_SENDER, [name.text]);
  assertEquals(await program.line(), "ready");
  assertEquals(receiver.senders, [
    { pid: Deno.pid, state: "open" },
    { pid: program.pid, state: "open" },
  ]);
  Deno.kill(program.pid, "SIGKILL");
  await until(
    () => receiver.senders[1]?.state === "died",
    "the kernel says that it died",
  );
  assertEquals(receiver.senders[1]?.pid, program.pid);
  here.abort();
  assertEquals(receiver.senders[0], { pid: Deno.pid, state: "aborted" });
  using another = Sender.open(name.text);
  another.close();
  assertEquals(receiver.senders[2], { pid: Deno.pid, state: "closed" });
});

Deno.test("Pids of all 56 places are kept apart, up to the largest that there is", () => {
  const capacity = 64;
  const bytes = new Uint8Array(capacity + 768);
  const control = new RingControl(bytes, capacity);
  const pids = Array.from({ length: 56 }, (_, slot) => 2 ** 22 - slot * 65_521);
  pids.forEach((pid, slot) => control.setSenderPid(slot, pid));
  for (let slot = 0; slot < 56; slot++) control.clearClaim(slot);
  assertEquals(pids.map((_, slot) => control.senderPid(slot)), pids);
  // The fields of the format, and our other words, are untouched.
  const words = new Int32Array(bytes.buffer, capacity);
  for (const offset of [0, 128, 192, 256, 384, 392, 448, 452, 512, 576, 640]) {
    assertEquals(words[offset / 4], 0, `${offset}`);
  }
});

Deno.test("hasReceiver follows the receiver: none, open, died, closed", async () => {
  using name = new Name();
  using sender = Sender.create(name.text);
  assertEquals(sender.hasReceiver, false);
  {
    await using program = startProgram(OPEN_RECEIVER, [name.text]);
    assertEquals(await program.line(), "ready");
    assertEquals(sender.hasReceiver, true);
    Deno.kill(program.pid, "SIGKILL");
    await program.end();
  }
  assertEquals(sender.hasReceiver, false);
  {
    using _receiver = Receiver.open(name.text);
    assertEquals(sender.hasReceiver, true);
  }
  assertEquals(sender.hasReceiver, false);
  sender.close();
  assertEquals(sender.hasReceiver, false);
});

for (const producers of ["one", "many"] as const) {
  Deno.test(`usage and pending say how full a channel is and what waits, for producers "${producers}"`, () => {
    using channel = ends({ capacity: 1024, producers });
    const { sender, receiver } = channel;
    const both = () => [sender.usage, receiver.usage];
    assertEquals(both(), Array(2).fill({ capacity: 1024, used: 0 }));
    assertEquals(receiver.pending, { messages: 0, bytes: 0 });
    for (const length of [0, 5, 100]) sender.trySend(bytesOf(1, length));
    const used = 8 + 16 + 112;
    assertEquals(both(), Array(2).fill({ capacity: 1024, used }));
    assertEquals(receiver.pending, { messages: 3, bytes: 105 });
    receiver.tryReceive();
    // The one in hand still takes its room, and does not wait any more.
    assertEquals(receiver.pending, { messages: 2, bytes: 105 });
    assertEquals(receiver.usage.used, used);
    receiver.tryReceive();
    receiver.tryReceive();
    assertEquals(receiver.pending, { messages: 0, bytes: 0 });
    receiver.tryReceive();
    assertEquals(receiver.usage.used, 0);
    // Round and round, over the end of the data area.
    for (let i = 0; i < 50; i++) {
      const count = fill(sender, 77);
      assertEquals(receiver.pending, { messages: count, bytes: 77 * count });
      assert(receiver.usage.used > 800, `${receiver.usage.used}`);
      for (let n = 0; n <= count; n++) receiver.tryReceive();
    }
    receiver.close();
    for (const name of ["usage", "pending", "senders"] as const) {
      assertThrows(() => receiver[name], Deno.errors.BadResource, "closed");
    }
  });
}

Deno.test("A label is kept in the object, for rings and broadcasts", () => {
  for (
    const label of ["", "camera front left", "Ü".repeat(16), "x".repeat(32)]
  ) {
    using ring = new Name();
    using sender = Sender.create(ring.text, { label });
    using receiver = Receiver.open(ring.text);
    assertEquals([sender.label, receiver.label], [label, label]);
    using broadcast = new Name();
    using publisher = Publisher.create(broadcast.text, { label });
    using subscriber = Subscriber.open(broadcast.text);
    using reader = Subscriber.open(broadcast.text, { access: "read" });
    for (const end of [publisher, subscriber, reader]) {
      assertEquals(end.label, label);
    }
    // Messages do not disturb it.
    publisher.publish(bytesOf(1, 9));
    assertEquals(subscriber.tryReceive()?.bytes, bytesOf(1, 9));
    using again = Subscriber.open(broadcast.text);
    assertEquals(again.label, label);
  }
});

Deno.test("A label that does not fit, or is none, is refused, and nothing is created", () => {
  using name = new Name();
  for (const label of ["x".repeat(33), "Ü".repeat(17)]) {
    assertThrows(
      () => Sender.create(name.text, { label }),
      RangeError,
      "32 are allowed",
    );
  }
  assertThrows(() => Sender.create(name.text, { label: "a\0b" }), TypeError);
  for (const label of [5, null, {}]) {
    const attempt = () =>
      Reflect.apply(Sender.create, Sender, [name.text, { label }]);
    assertThrows(attempt, TypeError, "label");
  }
  assertThrows(() => SharedMemory.open(name.text), Deno.errors.NotFound);
});

Deno.test(needing(
  // An emulator shows its own programs another start than the kernel shows others.
  ["native"],
  "An object says which process created it, and a foreign one says nothing",
  () => {
    using name = new Name();
    using _sender = Sender.create(name.text, { capacity: 1024 });
    using memory = SharedMemory.open(name.text);
    using mapping = memory.map();
    const { header } = new RingControl(mapping.bytes, 1024);
    const stat = new TextDecoder().decode(
      new Deno.Command("cat", { args: [`/proc/${Deno.pid}/stat`] })
        .outputSync().stdout,
    );
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    assertEquals(header.creator, {
      pid: Deno.pid,
      startTime: Number(fields[19]) >>> 0,
    });
    mapping.bytes.fill(0);
    assertEquals([header.creator, header.label], [undefined, ""]);
    mapping.bytes.fill(0xff);
    assertEquals(header.label, "\ufffd".repeat(32));
  },
));

Deno.test("An end that nobody opened, and its state, cannot be reached from outside", () => {
  using channel = ends();
  const { sender, receiver } = channel;
  assertEquals(Object.keys(sender), ["producers"]);
  assertEquals(Object.keys(receiver), ["producers"]);
  // Made past the factories, as a cast allows.
  const fake: unknown = Object.create(Receiver.prototype);
  assert(fake instanceof Receiver);
  assertThrows(() => fake.tryReceive(), TypeError);
  assertThrows(() => fake.name, TypeError);
});

Deno.test("unlink() of an end whose name another channel has taken leaves that", () => {
  using name = new Name();
  using old = Receiver.create(name.text);
  old.unlink();
  using _now = Receiver.create(name.text);
  assertThrows(() => old.unlink(), Deno.errors.NotFound, "removed before");
  using _sender = Sender.open(name.text);
});
