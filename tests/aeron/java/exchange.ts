/**
 * Exchanges of numbered messages between Deno and Java, for tests of every size.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import {
  type FileDriver,
  freshStream,
} from "../../helpers/aeron/aeron_client.ts";
import {
  javaReceiver,
  javaSender,
  receiveNumbers,
  sendNumbers,
  type Way,
} from "../../helpers/aeron/aeron_numbers.ts";

/** What is exchanged. */
export interface Exchange {
  readonly channel: string;
  /** How each publisher in Deno sends. */
  readonly deno?: readonly Way[];
  /** How each publisher in Java sends. */
  readonly java?: readonly Way[];
  /** Where it is received. */
  readonly to: "deno" | "java";
  /** Messages of each publisher. */
  readonly count: number;
  readonly lengths: readonly number[];
  /** Channel of the receiver, where it is another one. */
  readonly receiveChannel?: string;
}

/** Sends by all publishers at once, and checks what the receiver has. */
export async function exchange(
  driver: FileDriver,
  { channel, deno = [], java = [], to, count, lengths, receiveChannel }:
    Exchange,
): Promise<void> {
  const stream = freshStream();
  const from = receiveChannel ?? channel;
  const numbers = { channel, stream, count, lengths };
  const total = count * (deno.length + java.length);
  await using undo = new AsyncDisposableStack();
  const aeron = undo.use(await driver.connect());
  const receiving = to === "java"
    ? undo.use(
      await javaReceiver(driver.directory, {
        ...numbers,
        channel: from,
        count: total,
      }),
    ).done
    : receiveNumbers(
      undo.use(await aeron.addSubscription(from, stream)),
      total,
      lengths,
    );
  const senders = await Promise.all(
    java.map((way, i) => javaSender(driver.directory, way, 100 + i, numbers)),
  );
  for (const sender of senders) undo.use(sender);
  const publications = await Promise.all(
    deno.map((way) =>
      way === "shared"
        ? aeron.addPublication(channel, stream)
        : aeron.addExclusivePublication(channel, stream)
    ),
  );
  for (const publication of publications) undo.use(publication);
  const sending = deno.map((way, i) =>
    sendNumbers(publications[i]!, way, 1 + i, numbers)
  );
  const [received] = await Promise.all([
    receiving,
    ...sending,
    ...senders.map(({ done }) => to === "java" ? done : undefined),
  ]);
  if (to === "java") assertEquals(received, `received ${total}`);
}
