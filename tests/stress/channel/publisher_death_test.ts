/**
 * Publishers that are killed at random moments, hundreds of them: C programs
 * that publish as this library does, and stand still in the middle of everything
 * that they do.
 */

import { assert, assertEquals } from "../../../deps.ts";
import { type Message, Publisher, Subscriber } from "../../../channel/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  losePublishers,
  receiveUntilDeath,
} from "../../helpers/channel/dead_publishers.ts";
import {
  allOf,
  assertLearntSoon,
  Inbox,
  messageOf,
  pathOf,
  randomSeed,
  Victims,
} from "../../helpers/channel/deaths.ts";

const SOURCE = "tests/peers/c/channels/broadcast_victims.c";
/** Channels that are tested side by side: most of the time they wait. */
const LANES = [1024, 2048, 4096, 4096];
const DEATHS = 208;

/** Kills publishers in C that send no more than fits. */
async function testWithoutLoss(
  program: string,
  capacity: number,
  deaths: number,
): Promise<number[]> {
  const name = randomName();
  return await losePublishers(name, capacity, deaths, async (_, limit) => {
    await using victims = new Victims([program, pathOf(name), randomSeed()]);
    const [time, sent] = await victims.ask("publish", limit);
    return { time: Number(time), sent: Number(sent) };
  });
}

/** Kills publishers that overwrite what nobody has received. */
async function testWithLoss(
  program: string,
  capacity: number,
  deaths: number,
): Promise<number[]> {
  const name = randomName();
  using first = Publisher.create(name, { capacity });
  using cleanup = new DisposableStack();
  cleanup.defer(() => first.unlink());
  using subscriber = Subscriber.open(name);
  first.close();
  assertEquals(await subscriber.receive(), undefined);
  await using victims = new Victims([program, pathOf(name), randomSeed()]);
  const inbox = new Inbox(capacity / 8);
  let next = 0;
  let received = 0;
  const take = (message: Message) => {
    const number = inbox.check(message);
    assert(number >= next, `${number} came again`);
    received++;
    next = number + 1;
    assertEquals(subscriber.lost, next - received);
  };
  const delays: number[] = [];
  let missed = 0;
  let sent = 0;
  while (delays.length < deaths) {
    const publish = victims.ask("publish", 1e6);
    // Half of the time it receives nothing until the publisher is dead.
    if (delays.length % 2 === 0) await publish;
    const [learnt, [time, words]] = await Promise.all([
      receiveUntilDeath(subscriber, take),
      publish,
    ]);
    delays.push(learnt - Number(time));
    // It may have died between publishing and saying so.
    sent = Number(words);
    assert(next <= sent + 1, `${next} came, ${sent} sent`);
    // One that comes later begins with the newest message, unless the next one
    // had taken its place.
    using late = Subscriber.open(name);
    const newest = late.tryReceive();
    if (newest === undefined) missed++;
    else {
      const more = inbox.check(newest) + 1 - sent;
      assert(more === 0 || more === 1, `${sent} and ${more} sent`);
    }
    assertEquals(late.tryReceive(), undefined);
  }
  // How often chance and load decide.
  assert(missed < deaths, `${missed} times the newest was not there`);
  // What was lost at the end is counted when there is something newer.
  using last = Publisher.open(name);
  last.publish(messageOf(1, 0, capacity / 8));
  assert(await subscriber.receive() !== undefined);
  const more = received + subscriber.lost - sent;
  assert(
    more === 0 || more === 1,
    `${received} + ${subscriber.lost} of ${sent}`,
  );
  assert(subscriber.lost > 0 && received > deaths);
  return delays;
}

for (
  const [what, test] of [
    ["gets all, and counts no loss", testWithoutLoss],
    ["that is slow counts exactly what it lost", testWithLoss],
  ] as const
) {
  Deno.test(needing(
    ["cc", "native"],
    `Subscriber of ${DEATHS} publishers that are killed ${what}; it learns each death within a second`,
    async () => {
      const program = await compile(SOURCE);
      const lanes = LANES.map((capacity) =>
        test(program.path, capacity, DEATHS / LANES.length)
      );
      assertLearntSoon(await allOf(lanes));
    },
  ));
}
