/**
 * Wake-ups of channels, with the timers taken away that would hide a lost one.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { type Producers, Publisher, Subscriber } from "../../../channel/mod.ts";
import { useSafetyNets } from "../../../sync/waiting/safety_nets.ts";
import { deadline } from "../../helpers/deadline.ts";
import {
  bytesOf,
  ends,
  fill,
  isPending,
  Name,
} from "../../helpers/channel/ends.ts";

/** Takes the timers away until it is disposed of. */
function withoutNets(): Disposable {
  useSafetyNets(false);
  return { [Symbol.dispose]: () => useSafetyNets(true) };
}

for (const producers of ["one", "many"] satisfies Producers[]) {
  Deno.test(`A receiver that takes messages without waiting wakes a sender that waits for room, for producers "${producers}"`, async () => {
    using _nets = withoutNets();
    using channel = ends({ capacity: 1024, producers });
    const { sender, receiver } = channel;
    const count = fill(sender, 100);
    const sending = sender.send(bytesOf(count, 100));
    assertEquals(await isPending(sending), true);
    for (let i = 0; i < count; i++) {
      assertEquals(receiver.tryReceive()?.bytes, bytesOf(i, 100));
    }
    await deadline(sending, () => "nobody woke the sender");
    assertEquals(receiver.tryReceive()?.bytes, bytesOf(count, 100));
  });

  Deno.test(`A receiver that waits wakes a sender that waits for room, and the other way round, for producers "${producers}"`, async () => {
    using _nets = withoutNets();
    using channel = ends({ capacity: 256, producers });
    const { sender, receiver } = channel;
    const count = 2000;
    const sending = (async () => {
      for (let i = 0; i < count; i++) {
        if (i % 97 === 0) await new Promise((resolve) => setTimeout(resolve));
        await sender.send(bytesOf(i, 20));
      }
      sender.close();
    })();
    const receiving = (async () => {
      let number = 0;
      for await (const { bytes } of receiver) {
        assertEquals(bytes, bytesOf(number++, 20));
        if (number % 53 === 0) {
          await new Promise((resolve) => setTimeout(resolve));
        }
      }
      return number;
    })();
    await deadline(sending, () => "the sender hangs");
    assertEquals(await deadline(receiving, () => "the receiver hangs"), count);
  });

  Deno.test(`Senders that come, end and give up wake a receiver, for producers "${producers}"`, async () => {
    using _nets = withoutNets();
    using channel = ends({ producers });
    const { sender, receiver } = channel;
    const receiving = receiver.receive();
    assertEquals(await isPending(receiving), true);
    sender.close();
    assertEquals(await deadline(receiving, () => "the end is lost"), undefined);
  });
}

Deno.test("A publisher wakes subscribers, by messages and by its end", async () => {
  using _nets = withoutNets();
  using name = new Name();
  using publisher = Publisher.create(name.text);
  using subscribers = new DisposableStack();
  const all = [1, 2, 3].map(() => subscribers.use(Subscriber.open(name.text)));
  for (let round = 0; round < 20; round++) {
    const receiving = Promise.all(all.map((each) => each.receive()));
    await new Promise((resolve) => setTimeout(resolve, round % 3));
    publisher.publish(bytesOf(round, 9));
    const messages = await deadline(receiving, () => "a message is lost");
    for (const message of messages) {
      assertEquals(message?.bytes, bytesOf(round, 9));
    }
  }
  const ending = Promise.all(all.map((each) => each.receive()));
  assertEquals(await isPending(ending), true);
  publisher.close();
  const results = await deadline(ending, () => "the end is lost");
  assertEquals(results, [undefined, undefined, undefined]);
});
