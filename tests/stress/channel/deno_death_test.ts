/**
 * Deno programs that are killed in the middle of sending, receiving and
 * publishing at full speed.
 */

import { assert, assertEquals } from "../../../deps.ts";
import { Receiver, Sender } from "../../../channel/mod.ts";
import { randomName } from "../../helpers/names.ts";
import { deadline } from "../../helpers/deadline.ts";
import { pause, times, until } from "../../helpers/sync/size.ts";
import { losePublishers } from "../../helpers/channel/dead_publishers.ts";
import { loseReceivers } from "../../helpers/channel/dead_receivers.ts";
import {
  assertLearntSoon,
  deathsIn,
  Inbox,
  messageOf,
} from "../../helpers/channel/deaths.ts";
import { DenoVictims } from "../../helpers/channel/deno_victims.ts";

const CAPACITY = 2048;
const DEATHS = times(26);

/** Receives until it is closed; counts the senders that died. */
class Reception {
  readonly inbox = new Inbox(CAPACITY / 8);
  deaths = 0;
  /** When the last death was learnt, in milliseconds since 1970. */
  learnt = NaN;

  async run(receiver: Receiver): Promise<void> {
    while (!receiver.closed) {
      try {
        for await (const message of receiver) this.inbox.take(message);
      } catch (error) {
        this.deaths += deathsIn(error);
        this.learnt = Date.now();
      }
    }
  }
}

/** Sends from this process until it is over; gives how many it has sent. */
async function sendSome(
  sender: Sender,
  producer: number,
  isOver: (count: number) => boolean,
): Promise<number> {
  for (let number = 0;; number++) {
    if (isOver(number)) return number;
    const bytes = messageOf(producer, number, CAPACITY / 8);
    await sender.send(bytes, { typeId: producer });
    if (number % 5 === 0) await pause(1);
  }
}

for (const producers of ["one", "many"] as const) {
  const what = producers === "one"
    ? "; a successor takes over at once, or later"
    : " while another one lives";
  Deno.test(`Receiver of ${producers} gets all that Deno programs sent that are killed${what}`, async () => {
    const name = randomName();
    const options = { capacity: CAPACITY, producers, keepOpen: true };
    using receiver = Receiver.create(name, options);
    using cleanup = new DisposableStack();
    cleanup.defer(() => receiver.unlink());
    await using victims = new DenoVictims("send", name);
    const reception = new Reception();
    const { inbox } = reception;
    const running = reception.run(receiver);
    const live = 1000;
    let isOver = false;
    using other = producers === "many" ? Sender.open(name) : undefined;
    const others = other && sendSome(other, live, () => isOver);
    const delays: number[] = [];
    const sent: number[] = [];
    for (let id = 1; id <= DEATHS; id++) {
      const { time, count } = await victims.lose(id);
      if (id % 2 === 0) {
        using successor = Sender.open(name);
        await sendSome(successor, live + id, (count) => count === 9);
        successor.close();
        await until(() => inbox.count(live + id) === 9, "all have come");
      }
      sent.push(count);
      // Sometimes the next one comes while the receiver looks after the place.
      if (id % 3 === 0 && id < DEATHS) continue;
      await until(() => reception.deaths === id, "the death is learnt");
      delays.push(reception.learnt - time);
    }
    for (const [i, count] of sent.entries()) {
      // It may have died between sending and saying so.
      const more = inbox.count(1 + i) - count;
      assert(more === 0 || more === 1, `${inbox.count(1 + i)} of ${count}`);
    }
    isOver = true;
    const count = await others ?? 0;
    await until(() => inbox.count(live) === count, "all have come");
    receiver.close();
    await running;
    assertEquals(reception.deaths, DEATHS);
    assertLearntSoon(delays);
  });
}

for (const producers of ["one", "many"] as const) {
  Deno.test(`Sender to a ring of ${producers} learns that a Deno program died that received; successors get all, and only what was in hand twice`, async () => {
    const name = randomName();
    using first = Sender.create(name, { capacity: CAPACITY, producers });
    using cleanup = new DisposableStack();
    cleanup.defer(() => first.unlink());
    using second = producers === "many" ? Sender.open(name) : undefined;
    await using victims = new DenoVictims("receive", name);
    const senders = second === undefined ? [first] : [first, second];
    const losing = loseReceivers(senders, DEATHS, () => victims.lose());
    assertLearntSoon(await deadline(losing, () => "the channel hangs"));
  });
}

Deno.test("Subscriber gets all of Deno programs that are killed while they publish, and learns each death", async () => {
  const name = randomName();
  await using victims = new DenoVictims("publish", name);
  const lose = async (start: number, limit: number) => {
    const { time, count } = await victims.lose(1, start, limit);
    return { time, sent: start + count };
  };
  const losing = losePublishers(name, CAPACITY, DEATHS, lose);
  assertLearntSoon(await deadline(losing, () => "the channel hangs"));
});
