/**
 * Rings whose producer or consumer has no stack left: nothing is lost, and nothing
 * stands in the way of others.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import {
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  RING_TRAILER_LENGTH,
  type RingBuffer,
} from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { atEveryDepth } from "../../helpers/memory/every_depth.ts";

const CAPACITY = 2 ** 22;
/** Near enough to the end of the data area that messages soon begin at its start. */
const TO_END = 4096;

/** A message that begins with its number. */
function numbered(number: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** The numbers of all messages that are there. */
function numbersIn(ring: RingBuffer): number[] {
  const numbers: number[] = [];
  const read = () =>
    ring.read((_, bytes, offset) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 4);
      numbers.push(view.getUint32(0));
    });
  while (read() > 0) continue;
  return numbers;
}

/** How a producer writes the message with a number, whole or not at all. */
type Write = (ring: RingBuffer, number: number) => void;

const held = numbered(7, 400);

const WRITES: Readonly<Record<string, Write>> = {
  "write with arrays that are new": (ring, number) => {
    assert(ring.write(1, numbered(number, 40 + number % 3 * 50)));
  },
  "write with one array": (ring, number) => {
    new DataView(held.buffer).setUint32(0, number);
    assert(ring.write(1, held));
  },
  "writeBatch": (ring, number) => {
    assertEquals(ring.writeBatch(1, [numbered(number, 40)]), 1);
  },
  "writeSlices": (ring, number) => {
    assertEquals(ring.writeSlices(1, numbered(number, 48), 48), 1);
  },
};

const cases = [OneToOneRingBuffer, ManyToOneRingBuffer].flatMap((Ring) =>
  (["processor", "strict"] as const).flatMap((order) =>
    Object.entries(WRITES).map(([what, write]) => ({
      Ring,
      order,
      what,
      write,
    }))
  )
);

for (const { Ring, order, what, write } of cases) {
  const name = `${Ring.name}: ${what} in ${order} order`;
  Deno.test(`${name} leaves no open claim for want of stack`, () => {
    using memory = SharedMemory.anonymous({
      size: CAPACITY + RING_TRAILER_LENGTH,
    });
    using mapping = memory.map();
    const ring = new Ring(mapping.bytes, { order });
    const big = new Uint8Array(2 ** 16);
    while (ring.producerPosition < CAPACITY - 2 ** 17) {
      assert(ring.write(1, big) && ring.read(() => {}) === 1);
    }
    const rest = CAPACITY - TO_END - Number(ring.producerPosition) - 8;
    assert(ring.write(1, new Uint8Array(rest)) && ring.read(() => {}) === 1);
    const written: number[] = [];
    const { failed } = atEveryDepth((number) => {
      write(ring, number);
      written.push(number);
    });
    assert(failed > 0);
    assert(ring.write(1, numbered(0xffff, 40)));
    const read = numbersIn(ring);
    // A call may fail behind the message that it wrote.
    assertEquals(read.at(-1), 0xffff);
    const missing = written.filter((number) => !read.includes(number));
    assertEquals(missing, []);
  });
}
