// Looking into what others change in the same moment: nobody is told as dead who only
// closed, and no record as claimed that only was consumed.

import { assertEquals } from "../../../deps.ts";
import { ManyToOneRingBuffer } from "../../../channel/mod.ts";
import { parseAddress } from "../../../cli/inspect/mod.ts";
import { ByteSource } from "../../../cli/inspect/bytes/byte_source.ts";
import { openOrDied } from "../../../cli/inspect/objects/participant.ts";
import { walkRecords } from "../../../cli/inspect/objects/ring_records.ts";
import { SharedMemory } from "../../../mod.ts";
import { temporaryName } from "../../helpers/cli/temporary.ts";

const CAPACITY = 1024;
/** Bytes of a record of a message of 24 bytes. */
const RECORD = 32;

Deno.test("openOrDied() tells as dead only who still says that it is there", () => {
  const state = (looks: boolean[], saysOpen: boolean) => {
    const told = openOrDied(() => looks.shift()!, () => saysOpen);
    return [told, looks.length];
  };
  assertEquals(state([true], true), ["open", 0]);
  // It has closed since its words were copied.
  assertEquals(state([false, false], false), ["closed", 1]);
  // Another one has come since the first look at the lock.
  assertEquals(state([false, true], true), ["open", 0]);
  assertEquals(state([false, false], true), ["died", 0]);
});

/** A ring for many in an object, and the object as the command reads it. */
function ringOf() {
  const stack = new DisposableStack();
  const { name } = stack.use(temporaryName());
  const size = CAPACITY + 768;
  const memory = stack.use(SharedMemory.create(name, { size }));
  const ring = new ManyToOneRingBuffer(stack.use(memory.map()).bytes);
  const source = stack.use(ByteSource.open(parseAddress(name)));
  return { ring, source, [Symbol.dispose]: () => stack.dispose() };
}

/** The walk between positions that were loaded before. */
function walk(
  source: ByteSource,
  [head, tail]: readonly [number, number],
  released: () => number,
) {
  const { messages, types, more, incomplete, damage } = walkRecords(
    source,
    CAPACITY,
    head,
    tail,
    released,
  );
  return { messages, types, more, incomplete, damage };
}

Deno.test("walkRecords() goes on where the consumer has come meanwhile", () => {
  using at = ringOf();
  const { ring, source } = at;
  for (let i = 1; i <= 4; i++) ring.write(i, new Uint8Array(24));
  const tail = 4 * RECORD;
  const released = () => Number(ring.consumerPosition);
  const whole = { more: false, incomplete: null, damage: null };
  // It zeroes what it has read: here between the look at the positions and the walk.
  assertEquals(ring.read(() => {}, 2), 2);
  assertEquals(walk(source, [0, tail], released), {
    messages: 2,
    types: { 3: 1, 4: 1 },
    ...whole,
  });
  // Then all of it, while it is walked.
  const readsAll = () => {
    ring.read(() => {});
    return released();
  };
  assertEquals(walk(source, [2 * RECORD, tail], readsAll), {
    messages: 0,
    types: {},
    ...whole,
  });
});

Deno.test("walkRecords() counts once what it had seen before it began again", () => {
  using at = ringOf();
  const { ring, source } = at;
  // The records go around the end of the data area, and are copied in two parts.
  for (let i = 0; i < 30; i++) ring.write(1, new Uint8Array(24));
  ring.read(() => {}, 30);
  for (let i = 1; i <= 5; i++) ring.write(i, new Uint8Array(24));
  let asked = 0;
  const released = () => {
    // The second part was copied before the consumer had come there.
    if (++asked === 2) { for (let i = 0; i < 3; i++) ring.read(() => {}, 1); }
    return Number(ring.consumerPosition);
  };
  const told = walk(source, [30 * RECORD, 35 * RECORD], released);
  assertEquals(told.types, { 4: 1, 5: 1 });
  assertEquals([told.messages, told.damage], [2, null]);
});

Deno.test("walkRecords() tells of a claim in the way, and of a consumer that is always faster that there is more", () => {
  using at = ringOf();
  const { ring, source } = at;
  ring.write(1, new Uint8Array(24));
  ring.tryClaim(2, 24);
  const claim = { position: RECORD, length: RECORD };
  const still = () => 0;
  assertEquals(walk(source, [0, 2 * RECORD], still).incomplete, claim);
  let position = 0;
  const faster = () => position += 8;
  const told = walk(source, [0, 100 * RECORD], faster);
  assertEquals([told.more, told.incomplete, told.damage], [true, null, null]);
});
