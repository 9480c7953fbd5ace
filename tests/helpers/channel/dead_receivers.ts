/**
 * What happens when one receiver after the other is killed.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "../../../deps.ts";
import { Receiver, type Sender } from "../../../channel/mod.ts";
import { pause } from "../sync/size.ts";
import { deathsIn, Inbox, messageOf } from "./deaths.ts";
import { random } from "../seed.ts";

/** A receiver that was killed. */
export interface DeadReceiver {
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** The messages that it took: their producers and numbers. */
  readonly taken: readonly (readonly [number, number])[];
}

/** Sends messages of some producers in turn. */
class Outbox {
  readonly #senders: readonly Sender[];
  readonly #sent: number[];

  constructor(senders: readonly Sender[]) {
    this.#senders = senders;
    this.#sent = senders.map(() => 0);
  }

  /** How many each has sent. */
  get sent(): readonly number[] {
    return this.#sent;
  }

  /** Sends until no receiver takes it. */
  async sendUntilDeath(): Promise<number> {
    for (let turn = 0;; turn++) {
      const which = turn % this.#senders.length;
      try {
        await this.send(which);
      } catch (error) {
        // Between two receivers there is none.
        if (error instanceof Deno.errors.BrokenPipe) {
          await pause(1);
          continue;
        }
        deathsIn(error);
        assertStringIncludes(
          `${error}`,
          "what was sent waits for another receiver; send again when",
        );
        return Date.now();
      }
    }
  }

  async send(which: number): Promise<void> {
    const sender = this.#senders[which];
    const number = this.#sent[which] ?? 0;
    const typeId = 1 + which;
    assert(sender !== undefined);
    const bytes = messageOf(typeId, number, sender.maxMessageLength);
    await sender.send(bytes, { typeId });
    this.#sent[which] = number + 1;
  }
}

/** What one receiver took, which was killed or has ended. */
class Taken {
  readonly #inbox: Inbox;
  #inHand = "";
  #isFirst = true;
  repeated = 0;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** A new receiver may get what the one before had in hand. */
  startAnew(): void {
    this.#isFirst = true;
  }

  /** Whether the present one has taken nothing. */
  get isAnew(): boolean {
    return this.#isFirst;
  }

  take(producer: number, number: number): void {
    const message = `${producer}:${number}`;
    if (this.#isFirst && message === this.#inHand) this.repeated++;
    else this.#inbox.takeNumber(producer, number);
    this.#isFirst = false;
    this.#inHand = message;
  }

  /** The last receiver gave back all that it had. */
  forget(): void {
    this.#inHand = "";
  }
}

/**
 * Lets receivers die, and one of this process come after each.
 *
 * @param senders Of one channel; they are the producers 1, 2, …
 * @param lose Lets a receiver receive for a while, and kills it.
 * @returns How long the senders took to learn each death, in milliseconds.
 */
export async function loseReceivers(
  senders: readonly Sender[],
  deaths: number,
  lose: () => Promise<DeadReceiver>,
): Promise<number[]> {
  const [sender] = senders;
  assert(sender !== undefined);
  const { name, maxMessageLength } = sender;
  const outbox = new Outbox(senders);
  const inbox = new Inbox(maxMessageLength);
  const taken = new Taken(inbox);
  const delays: number[] = [];
  // What the one before left is made whole by each that opens.
  const receiveSome = (limit: number) => {
    using receiver = Receiver.open(name);
    taken.startAnew();
    for (let i = 0; i < limit; i++) {
      const message = receiver.tryReceive();
      if (message === undefined) break;
      taken.take(message.typeId, inbox.check(message));
    }
    // Closing gives back what it had in hand.
    if (!taken.isAnew) taken.forget();
  };

  for (let i = 0; i < deaths; i++) {
    const [learnt, dead] = await Promise.all([
      outbox.sendUntilDeath(),
      lose(),
    ]);
    delays.push(learnt - dead.time);
    taken.startAnew();
    for (const [producer, number] of dead.taken) taken.take(producer, number);
    receiveSome(Math.trunc(7 * random()));
  }
  receiveSome(Infinity);
  for (const [which, sent] of outbox.sent.entries()) {
    assertEquals(inbox.count(1 + which), sent);
  }
  // A receiver that waits for a message has none in hand.
  assert(deaths < 50 || taken.repeated > 0, "none was killed with one in hand");
  return delays;
}
