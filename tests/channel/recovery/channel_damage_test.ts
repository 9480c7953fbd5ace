/**
 * Channels whose memory another program damaged, or whose other end stands
 * still: an error or a wait, and nothing that stays behind.
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import {
  type Producers,
  Publisher,
  Receiver,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import { LOCKS } from "../../../channel/object/channel_object.ts";
import { openChannelObject } from "../../../channel/object/create_object.ts";
import { type Mapping, SharedMemory } from "../../../mod.ts";
import { ROOT } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";
import {
  bytesOf,
  ends,
  firstBytes,
  isPending,
  Name,
  traces,
} from "../../helpers/channel/ends.ts";

const CAPACITY = 1024;
/** Where things are behind the data area, as `format.md` and the code say. */
const TAIL = CAPACITY + 128;
const HEAD = CAPACITY + 384;
const JOURNAL = CAPACITY + 392;

/** Waits for a second, and says how much CPU time that took. */
const WAIT = `
import process from "node:process";
import { Subscriber } from "${new URL("channel/mod.ts", ROOT)}";
const [name, access] = Deno.args;
using subscriber = Subscriber.open(name, { access });
await subscriber.receive({ timeoutMs: 50 }).catch(() => {});
const start = process.cpuUsage();
await subscriber.receive({ timeoutMs: 1000 }).catch(() => {});
const { user, system } = process.cpuUsage(start);
console.log(user + system);
`;

/** The memory of a channel, for somebody who damages it. */
function memoryOf(name: string): Mapping<"read-write"> {
  using memory = SharedMemory.open(name);
  return memory.map();
}

function longs(mapping: Mapping<"read-write">): BigInt64Array {
  return new BigInt64Array(mapping.bytes.buffer);
}

for (const producers of ["one", "many"] satisfies Producers[]) {
  Deno.test(`A receiver whose message was damaged in its hand can be closed, and another one opened, for producers "${producers}"`, async () => {
    using channel = ends({ capacity: CAPACITY, producers });
    const { name, sender, receiver } = channel;
    using mapping = memoryOf(name);
    const words = new Int32Array(mapping.bytes.buffer);
    sender.trySend(bytesOf(1, 20));
    assertEquals(receiver.tryReceive()?.bytes, bytesOf(1, 20));
    const header = words[0] ?? 0;
    words[0] = 3;
    const had = traces(name).length;
    assertThrows(() => receiver.close(), TypeError, "corrupt ring");
    assertEquals(receiver.closed, true);
    assert(traces(name).length < had);
    words[0] = header;
    using next = Receiver.open(name);
    sender.close();
    assertEquals(await firstBytes(next), [bytesOf(1, 20)[0] ?? NaN]);
  });

  Deno.test(`Both ends of a ring with damaged positions fail, and do not hang, for producers "${producers}"`, async () => {
    for (const [position, value] of [[HEAD, 5n], [TAIL, 12n]] as const) {
      using channel = ends({ capacity: CAPACITY, producers });
      const { name, sender, receiver } = channel;
      using mapping = memoryOf(name);
      longs(mapping)[position / 8] = value;
      if (position === HEAD) {
        assertThrows(() => receiver.tryReceive(), TypeError, "multiple of 8");
        await assertRejects(() => receiver.receive(), TypeError, "multiple");
        const reader = receiver.readable.getReader();
        await assertRejects(() => reader.read(), TypeError, "multiple");
      } else {
        const bytes = new Uint8Array(1);
        assertThrows(() => sender.trySend(bytes), TypeError, "multiple of 8");
        await assertRejects(() => sender.send(bytes), TypeError, "multiple");
      }
      sender.close();
      receiver.close();
      mapping.unmap();
      assertEquals(traces(name), []);
    }
  });

  Deno.test(`A message that no sound sender writes is an error, for producers "${producers}"`, async () => {
    for (const [length, type] of [[7, 1], [2 ** 30, 1], [12, 0], [12, -7]]) {
      using channel = ends({ capacity: CAPACITY, producers });
      const { name, receiver } = channel;
      using mapping = memoryOf(name);
      const words = new Int32Array(mapping.bytes.buffer);
      words[1] = type ?? 0;
      words[0] = length ?? 0;
      longs(mapping)[TAIL / 8] = 16n;
      const receiving = () => receiver.receive();
      await assertRejects(receiving, TypeError, "corrupt ring");
    }
  });

  Deno.test(`A receiver waits while the last sender stands still on its way out, and others go on, for producers "${producers}"`, async () => {
    using channel = ends({ capacity: CAPACITY, producers });
    const { name, sender, receiver } = channel;
    sender.close();
    // As if that one had not come to give up its lock yet.
    const other = openChannelObject(name);
    assert(other.tryLock(LOCKS.senders));
    const receiving = receiver.receive();
    assertEquals(await isPending(receiving), true);
    other.close();
    assertEquals(await receiving, undefined);
  });
}

Deno.test("A receiver that cannot finish what the one before was doing leaves nothing behind", () => {
  using name = new Name();
  using _sender = Sender.create(name.text, {
    capacity: CAPACITY,
    producers: "many",
  });
  using mapping = memoryOf(name.text);
  longs(mapping)[JOURNAL / 8] = 12n;
  const had = traces(name.text).length;
  assertThrows(() => Receiver.open(name.text), TypeError, "multiple of 8");
  assertEquals(traces(name.text).length, had);
  longs(mapping)[JOURNAL / 8] = 0n;
  using _receiver = Receiver.open(name.text);
});

for (const access of ["read", "read-write"] as const) {
  // Under emulation, compiling alone takes more than a second.
  Deno.test(needing(
    ["native"],
    `A subscriber of a damaged broadcast waits without using the processor, until a signal, with access "${access}"`,
    async () => {
      using name = new Name();
      using publisher = Publisher.create(name.text, { capacity: CAPACITY });
      using subscriber = Subscriber.open(name.text, { access });
      using mapping = memoryOf(name.text);
      publisher.publish(bytesOf(1, 20));
      // The intent far ahead: as if everything were being overwritten.
      longs(mapping)[CAPACITY / 8] = 2n ** 40n;
      // In a process of its own, as this one may be busy with other tests.
      await using program = startProgram(WAIT, [name.text, access]);
      const used = Number(await program.line());
      // A loop would have used a second.
      assert(used < 500_000, `${used} µs`);
      const signal = AbortSignal.timeout(50);
      const receiving = subscriber.receive({ signal });
      await assertRejects(() => receiving, DOMException, "timeout");
      // It goes on when there is something whole again, which is the first one, too.
      longs(mapping)[CAPACITY / 8] = longs(mapping)[CAPACITY / 8 + 1] ?? 0n;
      publisher.publish(bytesOf(2, 20));
      publisher.close();
      assertEquals(await firstBytes(subscriber), [7, 14]);
      assertEquals(subscriber.lost, 0);
    },
  ));
}

Deno.test("Receiver.receive() times out when a sender has ended and keeps its place", async () => {
  using name = new Name();
  using receiver = Receiver.create(name.text, { capacity: CAPACITY });
  using _sender = Sender.open(name.text);
  using memory = SharedMemory.open(name.text);
  using mapping = memory.map();
  // As one leaves it that was stopped between its last two calls.
  const ended = 2;
  mapping.bytes[CAPACITY + 648] = ended;
  await assertRejects(
    () => receiver.receive({ timeoutMs: 50 }),
    Deno.errors.TimedOut,
  );
});
