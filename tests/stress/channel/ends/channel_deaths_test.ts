/**
 * Who died, how that is told, and what is made whole, in a channel of named ends.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../../../deps.ts";
import {
  ManyToOneRingBuffer,
  type Producers,
  Publisher,
  Receiver,
  Sender,
  Subscriber,
} from "../../../../channel/mod.ts";
import { RingControl } from "../../../../channel/membership/ring_control.ts";
import { SharedMemory } from "../../../../mod.ts";
import { ROOT } from "../../../helpers/deno.ts";
import {
  type ChildProgram,
  startProgram,
} from "../../../helpers/sync/child_program.ts";
import { until } from "../../../helpers/sync/size.ts";
import {
  ends,
  firstBytes,
  isPending,
  Name,
} from "../../../helpers/channel/ends.ts";

const IMPORT = `
import * as C from "${new URL("channel/mod.ts", ROOT)}";
import { SharedMemory } from "${new URL("mod.ts", ROOT)}";
const [name] = Deno.args;
const stay = () => new Promise((resolve) => setTimeout(resolve, 600_000));
`;

/** Sends a message, and stays. */
const SENDER = `${IMPORT}
const sender = C.Sender.open(name);
await sender.send(new Uint8Array([1]));
console.log("ready");
await stay();
sender.close();
`;

/** Sends a message, claims another one, and stays. */
const CLAIMER = `${IMPORT}
const sender = C.Sender.open(name);
await sender.send(new Uint8Array([1]));
const memory = SharedMemory.open(name);
const ring = new C.OneToOneRingBuffer(memory.map().bytes);
ring.tryClaim(1, 24);
console.log("ready");
await stay();
sender.close();
`;

/** Claims as a program that knows no channels. */
const FOREIGNER = `${IMPORT}
const memory = SharedMemory.open(name);
const ring = new C.OneToOneRingBuffer(memory.map().bytes);
ring.write(1, new Uint8Array([1]));
ring.tryClaim(1, 24);
console.log("ready");
await stay();
`;

const RECEIVER = `${IMPORT}
const receiver = C.Receiver.open(name, { keepOpen: true });
console.log("ready");
for await (const { bytes } of receiver) console.log(bytes[0]);
`;

const PUBLISHER = `${IMPORT}
const publisher = C.Publisher.open(name);
publisher.publish(new Uint8Array([1]));
console.log("ready");
await stay();
publisher.close();
`;

async function ready(source: string, name: string): Promise<ChildProgram> {
  const program = startProgram(source, [name]);
  assertEquals(await program.line(), "ready");
  return program;
}

async function kill(program: ChildProgram): Promise<void> {
  Deno.kill(program.pid, "SIGKILL");
  await program.end();
}

/** Pids in the cause of an error. */
function pidsOf(error: Error): unknown {
  const { cause } = error;
  assert(typeof cause === "object" && cause !== null);
  return Reflect.get(cause, "pids");
}

for (const producers of ["one", "many"] satisfies Producers[]) {
  Deno.test(`The error for a dead sender names its process, for producers "${producers}"`, async () => {
    using name = new Name();
    using receiver = Receiver.create(name.text, { producers });
    await using program = await ready(SENDER, name.text);
    await kill(program);
    const error = await assertRejects(
      () => firstBytes(receiver),
      Deno.errors.ConnectionReset,
      `a sender died, or exited without closing (process ${program.pid})`,
    );
    assertEquals(pidsOf(error), [program.pid]);
  });

  Deno.test(`With onSenderDeath "continue" a death is like an end, for producers "${producers}"`, async () => {
    using name = new Name();
    const options = { producers, onSenderDeath: "continue" } as const;
    using receiver = Receiver.create(name.text, options);
    await using program = await ready(SENDER, name.text);
    await kill(program);
    assertEquals(await firstBytes(receiver), [1]);
    // And it is over with that one.
    assertEquals(receiver.senders, []);
    const next = receiver.receive();
    assertEquals(await isPending(next), true);
    using sender = Sender.open(name.text);
    sender.trySend(new Uint8Array([2]));
    assertEquals((await next)?.bytes[0], 2);
  });

  Deno.test(`A sender is told of a receiver that died while it waited, before anything is sent, for producers "${producers}"`, async () => {
    using name = new Name();
    using sender = Sender.create(name.text, { producers });
    await using program = await ready(RECEIVER, name.text);
    await sender.send(new Uint8Array([1]));
    assertEquals(await program.line(), "1");
    using memory = SharedMemory.open(name.text);
    using mapping = memory.map();
    const { receiverBell } = new RingControl(mapping.bytes, sender.capacity);
    await until(() => receiverBell.parked, "it sleeps again");
    await kill(program);
    const error = assertThrows(
      () => sender.trySend(new Uint8Array([2])),
      Deno.errors.ConnectionReset,
      `(process ${program.pid})`,
    );
    assertEquals(pidsOf(error), [program.pid]);
    assertStringIncludes(error.message, "waits for another receiver");
    using next = Receiver.open(name.text);
    sender.close();
    assertEquals(await firstBytes(next), []);
  });
}

Deno.test('With onSenderDeath "continue" the others of many go on', async () => {
  using name = new Name();
  const options = { producers: "many", onSenderDeath: "continue" } as const;
  using receiver = Receiver.create(name.text, options);
  using sender = Sender.open(name.text);
  await using program = await ready(SENDER, name.text);
  assertEquals((await receiver.receive())?.bytes[0], 1);
  await kill(program);
  const next = receiver.receive();
  assertEquals(await isPending(next), true);
  sender.trySend(new Uint8Array([2]));
  assertEquals((await next)?.bytes[0], 2);
  sender.close();
  assertEquals(await firstBytes(receiver), []);
});

Deno.test("The error for a dead publisher names its process", async () => {
  using name = new Name();
  Publisher.create(name.text).close();
  await using program = await ready(PUBLISHER, name.text);
  using subscriber = Subscriber.open(name.text);
  await kill(program);
  const error = await assertRejects(
    () => firstBytes(subscriber),
    Deno.errors.ConnectionReset,
    `(process ${program.pid})`,
  );
  assertEquals(pidsOf(error), [program.pid]);
});

for (const [who, source] of Object.entries({ CLAIMER, FOREIGNER })) {
  const what = who === "CLAIMER" ? "a sender that died" : "a foreign producer";
  Deno.test(`The next sender of a ring for one goes on behind a claim that ${what} left open`, async () => {
    using name = new Name();
    using receiver = Receiver.create(name.text, { capacity: 1024 });
    await using program = await ready(source, name.text);
    await kill(program);
    using sender = Sender.open(name.text);
    for (let i = 2; i < 8; i++) sender.trySend(new Uint8Array([i]));
    sender.close();
    const received: number[] = [];
    const receive = async () => {
      for await (const { bytes } of receiver) received.push(bytes[0] ?? NaN);
    };
    if (who === "FOREIGNER") await receive();
    else {
      await assertRejects(
        receive,
        Deno.errors.ConnectionReset,
        `(process ${program.pid})`,
      );
    }
    assertEquals(received, [1, 2, 3, 4, 5, 6, 7]);
  });
}

Deno.test("An unfinished message of an unknown program is given up after claimTimeoutMs, and not before", async () => {
  for (const claimTimeoutMs of [1, Infinity]) {
    using channel = ends({ capacity: 1024, producers: "many", claimTimeoutMs });
    const { name, sender, receiver } = channel;
    using memory = SharedMemory.open(name);
    using mapping = memory.map();
    const foreign = new ManyToOneRingBuffer(mapping.bytes);
    const claim = foreign.tryClaim(5, 8);
    sender.trySend(new Uint8Array([7]));
    sender.close();
    const receiving = firstBytes(receiver);
    if (claimTimeoutMs === Infinity) {
      assertEquals(await isPending(receiving), true);
      foreign.commit(claim);
    }
    const expected = claimTimeoutMs === Infinity ? [0, 7] : [7];
    assertEquals(await receiving, expected);
  }
  using name = new Name();
  for (const claimTimeoutMs of [-1, NaN, "5"]) {
    const attempt = () =>
      Reflect.apply(Receiver.create, Receiver, [name.text, { claimTimeoutMs }]);
    assertThrows(attempt, RangeError, "claimTimeoutMs");
  }
});

Deno.test("A busy receiver that died is told after at most 64 messages", async () => {
  using name = new Name();
  using sender = Sender.create(name.text);
  const source = `${IMPORT}
    const receiver = C.Receiver.open(name);
    await receiver.receive();
    console.log("ready");
    // Busy, not asleep: a loop that never comes to wait.
    for (;;) await new Promise((resolve) => setTimeout(resolve, 5));
  `;
  const starting = ready(source, name.text);
  sender.trySend(new Uint8Array([1]));
  await using program = await starting;
  await kill(program);
  assertThrows(
    () => {
      for (let i = 0; i <= 64; i++) sender.trySend(new Uint8Array([i]));
    },
    Deno.errors.ConnectionReset,
    `(process ${program.pid})`,
  );
});
