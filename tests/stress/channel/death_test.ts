/**
 * Senders and receivers that are killed at random moments, hundreds of them: C
 * programs that take part as this library does, and stand still in the middle of
 * everything that they do. The rings are so small that claims reach over the end
 * of the data area all the time.
 */

import { assert, assertEquals } from "../../../deps.ts";
import { Receiver, Sender } from "../../../channel/mod.ts";
import { compile } from "../../helpers/cc.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  allOf,
  assertLearntSoon,
  deathsIn,
  Inbox,
  messageOf,
  pathOf,
  randomSeed,
  Victims,
} from "../../helpers/channel/deaths.ts";
import { loseReceivers } from "../../helpers/channel/dead_receivers.ts";
import { random } from "../../helpers/seed.ts";

/** Channels that are tested side by side: most of the time they wait. */
const LANES = [1024, 1024, 2048, 4096];
const DEATHS = 208;

/** Runs a test once for each lane, all at the same time. */
async function onEachLane(
  source: string,
  test: (
    program: string,
    capacity: number,
    deaths: number,
  ) => Promise<number[]>,
): Promise<void> {
  const program = await compile(source);
  const lanes = LANES.map((capacity) =>
    test(program.path, capacity, DEATHS / LANES.length)
  );
  assertLearntSoon(await allOf(lanes));
}

/** What a C program says about a sender that it killed. */
interface DeadSender {
  readonly id: number;
  /** Whether it had taken a place, and had said so for sure. */
  readonly hadPlace: boolean;
  readonly opened: boolean;
  /** How many messages were out for sure. */
  readonly sent: number;
}

/** Receives until the end; counts the senders that died. */
async function receiveAll(receiver: Receiver, inbox: Inbox): Promise<number> {
  let deaths = 0;
  for (;;) {
    try {
      for await (const message of receiver) inbox.take(message);
      return deaths;
    } catch (error) {
      deaths += deathsIn(error);
    }
  }
}

async function loseSenders(
  victims: Victims,
  first: number,
  group: number,
): Promise<{ delay: number; senders: DeadSender[] }> {
  const [delay, ...words] = await victims.ask("send", first, group);
  const senders = words.map((word, i) => {
    const [place, opened, sent] = word.split(":").map(Number);
    return {
      id: first + i,
      hadPlace: place === 1,
      opened: opened === 1,
      sent: sent ?? NaN,
    };
  });
  return { delay: Number(delay), senders };
}

/** Kills senders, and checks what the receiver got of each. */
async function testDeadSenders(
  program: string,
  capacity: number,
  deaths: number,
  producers: "one" | "many",
): Promise<number[]> {
  const name = randomName();
  using receiver = Receiver.create(name, { capacity, producers });
  using cleanup = new DisposableStack();
  cleanup.defer(() => receiver.unlink());
  const command = [program, producers, pathOf(name), randomSeed()];
  await using victims = new Victims(command);
  const inbox = new Inbox(capacity / 8);
  const senders: DeadSender[] = [];
  const delays: number[] = [];
  const live = deaths + 1;
  const killing = async () => {
    if (producers === "many") await victims.ask("live", live);
    while (senders.length < deaths) {
      const most = producers === "one" ? 1 : 1 + Math.trunc(3 * random());
      const group = Math.min(most, deaths - senders.length);
      const dead = await loseSenders(victims, 1 + senders.length, group);
      senders.push(...dead.senders);
      delays.push(dead.delay);
    }
    // The ring goes on with a sender of another kind.
    using sender = Sender.open(name);
    for (let i = 0; i < 300; i++) {
      const bytes = messageOf(live + 1, i, capacity / 8);
      await sender.send(bytes, { typeId: live + 1 });
    }
    if (producers === "one") return 0;
    const [sent] = await victims.ask("end");
    return Number(sent);
  };
  const [told, sentByLive] = await Promise.all([
    receiveAll(receiver, inbox),
    killing(),
  ]);
  // One may have died between sending and saying so.
  for (const { id, sent } of senders) {
    const more = inbox.count(id) - sent;
    assert(more === 0 || more === 1, `${inbox.count(id)} of ${sent} came`);
  }
  assertEquals(inbox.count(live), sentByLive);
  assertEquals(inbox.count(live + 1), 300);
  const least = senders.filter(({ opened }) => opened).length;
  const most = senders.filter(({ hadPlace }) => hadPlace).length;
  assert(told >= least && told <= most, `${told} told, ${least} to ${most}`);
  assert(least > deaths / 2, `only ${least} were there when they were killed`);
  return delays;
}

for (const producers of ["one", "many"] as const) {
  const others = producers === "one" ? "" : " while others live";
  Deno.test(needing(
    ["cc", "native"],
    `Receiver of ${producers} gets all that ${DEATHS} senders sent that are killed${others}, and learns each death within a second`,
    async () => {
      await onEachLane(
        "tests/peers/c/channels/ring_victims.c",
        (program, capacity, deaths) =>
          testDeadSenders(program, capacity, deaths, producers),
      );
    },
  ));
}

Deno.test(needing(
  ["cc", "native"],
  "Receiver learns within a second that 40 senders died at once, each with a claim that is in the way",
  async () => {
    const program = await compile("tests/peers/c/channels/ring_victims.c");
    const capacity = 16_384;
    const name = randomName();
    const options = { capacity, producers: "many", keepOpen: true } as const;
    using receiver = Receiver.create(name, options);
    using cleanup = new DisposableStack();
    cleanup.defer(() => receiver.unlink());
    await using victims = new Victims([
      ...[program.path, "many", pathOf(name), randomSeed()],
    ]);
    const receiving = receiveAll(receiver, new Inbox(capacity / 8));
    const delays: number[] = [];
    for (let first = 1; first < 400; first += 40) {
      const { delay } = await loseSenders(victims, first, 40);
      delays.push(delay);
    }
    receiver.close();
    assert(await receiving > 100);
    assertLearntSoon(delays);
  },
));

/** Kills receivers in C. */
async function testDeadReceivers(
  program: string,
  capacity: number,
  deaths: number,
  producers: "one" | "many",
): Promise<number[]> {
  const name = randomName();
  using first = Sender.create(name, { capacity, producers });
  using cleanup = new DisposableStack();
  cleanup.defer(() => first.unlink());
  using second = producers === "one" ? undefined : Sender.open(name);
  const senders = second === undefined ? [first] : [first, second];
  const command = [program, producers, pathOf(name), randomSeed()];
  await using victims = new Victims(command);
  return await loseReceivers(senders, deaths, async () => {
    const [time, ...messages] = await victims.ask("receive", 0);
    const taken = messages.map((message) => {
      const [producer = NaN, number = NaN] = message.split(":").map(Number);
      return [producer, number] as const;
    });
    return { time: Number(time), taken };
  });
}

for (const producers of ["one", "many"] as const) {
  Deno.test(needing(
    ["cc", "native"],
    `Sender to a ring of ${producers} learns within a second that its receiver was killed, ${DEATHS} times; successors get all, and only what was in hand twice`,
    async () => {
      await onEachLane(
        "tests/peers/c/channels/ring_victims.c",
        (program, capacity, deaths) =>
          testDeadReceivers(program, capacity, deaths, producers),
      );
    },
  ));
}
