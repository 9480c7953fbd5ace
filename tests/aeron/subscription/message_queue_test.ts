/**
 * A message that is there is received, whatever lies before it.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../deps.ts";
import { ADMIN_ACTION } from "../../../aeron/publication/offer_result.ts";
import { ImageSet } from "../../../aeron/subscription/image_set.ts";
import { MessageQueue } from "../../../aeron/subscription/message_queue.ts";
import {
  makeLog,
  TERM_LENGTH,
  type TestLog,
} from "../../helpers/aeron/aeron_log.ts";
import { readerOf, spaceOf } from "../../helpers/aeron/aeron_spaces.ts";

const FRAMED = 1056;

/** A queue over a log, and what writes a message of 1000 bytes into that. */
function queueOver(parts: TestLog) {
  parts.limit.value = 2n ** 40n;
  const reader = readerOf(parts);
  const { space, writer } = spaceOf("exclusive", parts);
  // deno-lint-ignore no-explicit-any -- images come from drivers, and there is none
  const images = new ImageSet(undefined as any, 1n, {}, undefined);
  const queue = new MessageQueue({
    streamId: 22,
    channel: "aeron:ipc",
    poll: (handler, limit = 10) => reader.poll(handler, limit, TERM_LENGTH),
  }, images);
  const write = () => {
    const at = space.claim(FRAMED, 1000);
    if (at >= 0) {
      const { term, termId } = space;
      writer.writeWhole(term, termId, at, new Uint8Array(1000), 0, 1000, 0n);
    }
    return at;
  };
  return { queue, write };
}

/** A log with room for less than such a message in its first term. */
const FULL = { offset: TERM_LENGTH - 64 };
const ALMOST_FULL = { offset: TERM_LENGTH - 64 - FRAMED };

Deno.test("receive({ timeoutMs: 0 }) takes the message behind padding, after a wait in vain", async () => {
  using parts = makeLog(FULL);
  parts.position.value = BigInt(FULL.offset);
  const { queue, write } = queueOver(parts);
  await assertRejects(
    () => queue.receive({ timeoutMs: 20 }),
    Deno.errors.TimedOut,
  );
  assertEquals([write(), write()], [ADMIN_ACTION, 0]);
  const { bytes } = await queue.receive({ timeoutMs: 0 });
  assertEquals(bytes.length, 1000);
});

Deno.test("receive({ timeoutMs: 0 }) takes the message behind padding, after a wait that a message ended", async () => {
  using parts = makeLog(ALMOST_FULL);
  parts.position.value = BigInt(ALMOST_FULL.offset);
  const { queue, write } = queueOver(parts);
  const waiting = queue.receive();
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(write(), ALMOST_FULL.offset);
  await waiting;
  assertEquals([write(), write()], [ADMIN_ACTION, 0]);
  const { bytes } = await queue.receive({ timeoutMs: 0 });
  assertEquals(bytes.length, 1000);
});

Deno.test("an iterator over messages that was returned from takes nothing any more", async () => {
  using parts = makeLog();
  const { queue, write } = queueOver(parts);
  write();
  const iterator = queue.messages();
  await iterator.return?.();
  assertEquals(await iterator.next(), { done: true, value: undefined });
  assertEquals((await queue.receive()).bytes.length, 1000);
});
