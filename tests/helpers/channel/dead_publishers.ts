/**
 * What happens when one publisher after the other is killed.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { type Message, Publisher, Subscriber } from "../../../channel/mod.ts";
import { deathsIn, Inbox, messageOf } from "./deaths.ts";
import { random } from "../seed.ts";

/** A publisher that was killed. */
export interface DeadPublisher {
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** How many messages, of all publishers, were out for sure. */
  readonly sent: number;
}

/** Receives what there is until a death is reported; gives when that was. */
export async function receiveUntilDeath(
  subscriber: Subscriber,
  take: (message: Message) => void,
): Promise<number> {
  try {
    for await (const message of subscriber) take(message);
  } catch (error) {
    assertEquals(deathsIn(error), 1);
    return Date.now();
  }
  throw new Error("it ended, though nobody closed it");
}

/** Publishes some messages in this process, after a publisher that was killed. */
async function publishHere(
  name: string,
  subscriber: Subscriber,
  inbox: Inbox,
): Promise<void> {
  const publisher = Publisher.open(name);
  const start = inbox.count(1);
  const count = Math.trunc(5 * random());
  for (let i = 0; i < count; i++) {
    publisher.publish(messageOf(1, start + i, publisher.maxMessageLength));
  }
  publisher.close();
  for await (const message of subscriber) inbox.take(message);
  assertEquals(inbox.count(1), start + count);
}

/**
 * Lets publishers die that send no more than fits, and now and then one of this
 * process come after them.
 *
 * @param lose Lets a publisher publish from a number on, so many messages at
 * most, and kills it.
 * @returns How long the subscriber took to learn each death, in milliseconds.
 */
export async function losePublishers(
  name: string,
  capacity: number,
  deaths: number,
  lose: (start: number, limit: number) => Promise<DeadPublisher>,
): Promise<number[]> {
  using first = Publisher.create(name, { capacity });
  using cleanup = new DisposableStack();
  cleanup.defer(() => first.unlink());
  using subscriber = Subscriber.open(name);
  first.close();
  assertEquals(await subscriber.receive(), undefined);
  const inbox = new Inbox(capacity / 8);
  const delays: number[] = [];
  // The longest messages fill an eighth each, with their headers a bit more.
  const limit = 5;
  while (delays.length < deaths) {
    const [learnt, dead] = await Promise.all([
      receiveUntilDeath(subscriber, (message) => inbox.take(message)),
      lose(inbox.count(1), limit),
    ]);
    delays.push(learnt - dead.time);
    // It may have died between publishing and saying so.
    const more = inbox.count(1) - dead.sent;
    assert(more === 0 || more === 1, `${inbox.count(1)} of ${dead.sent} came`);
    if (delays.length % 2 === 0) await publishHere(name, subscriber, inbox);
  }
  assert(deaths < 20 || inbox.count(1) > deaths);
  assertEquals(subscriber.lost, 0);
  return delays;
}
