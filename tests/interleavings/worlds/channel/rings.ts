/**
 * Rings of the smallest size, so that they wrap: every message that was
 * committed arrives once and in the order of its producer, nothing else does,
 * and all memory comes back.
 *
 * @module
 */

import { OneToOneRingBuffer } from "../../../../channel/ring/one_to_one_ring_buffer.ts";
import { ManyToOneRingBuffer } from "../../../../channel/ring/many_to_one_ring_buffer.ts";
import { RING_TRAILER_LENGTH } from "../../../../channel/ring/ring_layout.ts";
import type { Ending, Participant, World } from "../../machine/world.ts";

type Ring = OneToOneRingBuffer | ManyToOneRingBuffer;

/** A message says who wrote it, and as which: a different length for each. */
function messageOf(who: number, count: number): Uint8Array {
  return new Uint8Array(count % 2 === 0 ? 5 : 1).fill(16 * who + count);
}

/** Writes messages, each as soon as there is room. */
function produce(self: Participant, ring: Ring, count: number): void {
  for (let i = 1; i <= count; i++) {
    while (!ring.write(self.id, messageOf(self.id, i))) self.pause();
    self.note(i);
  }
}

/** Reads so many messages, and notes what they are. */
function consume(self: Participant, ring: Ring, count: number): void {
  for (let got = 0; got < count;) {
    const more = ring.read((typeId, bytes, offset, length) => {
      self.note([typeId, ...bytes.slice(offset, offset + length)].join());
    });
    got += more;
    if (more === 0) self.pause();
  }
}

/** What was read is what was written, in each producer's order. */
function checkMessages(
  { notes, memory }: Ending,
  producers: readonly string[],
  ring: (memory: Uint8Array) => Ring,
): void {
  const read = notes.consumer as string[];
  producers.forEach((name, place) => {
    const id = place + 1;
    const mine = read.filter((message) => message.startsWith(`${id},`));
    const sent = notes[name]!.map((i) =>
      [id, ...messageOf(id, i as number)].join()
    );
    if (mine.join(" ") !== sent.join(" ")) {
      throw new Error(`sent ${sent.join(" ")}, read ${mine.join(" ")}`);
    }
  });
  const { size } = ring(memory);
  if (size !== 0) throw new Error(`${size} bytes did not come back`);
}

/** One producer, one consumer. */
export const oneToOne: World = {
  byteLength: 32 + RING_TRAILER_LENGTH,
  participants: {
    producer: (self) => produce(self, new OneToOneRingBuffer(self.memory), 3),
    consumer: (self) => consume(self, new OneToOneRingBuffer(self.memory), 3),
  },
  check: (ending) =>
    checkMessages(ending, ["producer"], (m) => new OneToOneRingBuffer(m)),
};

/** Messages that leave just no room for the next header. */
export const oneToOneFull: World = {
  byteLength: 32 + RING_TRAILER_LENGTH,
  participants: {
    producer(self) {
      const ring = new OneToOneRingBuffer(self.memory);
      for (const length of [1, 1, 1]) {
        const message = new Uint8Array(length).fill(17);
        while (!ring.write(1, message)) self.pause();
      }
    },
    consumer(self) {
      const ring = new OneToOneRingBuffer(self.memory);
      for (let got = 0; got < 3;) {
        const more = ring.read((_, bytes, offset, length) => {
          self.note([...bytes.slice(offset, offset + length)].join());
        });
        got += more;
        if (more === 0) self.pause();
      }
    },
  },
  check: ({ notes }) => {
    const read = notes.consumer!.join(" ");
    if (read !== "17 17 17") throw new Error(`read ${read}`);
  },
};

/** Several producers, one consumer. */
function manyToOne(producers: readonly string[], count: number): World {
  return {
    byteLength: 32 + RING_TRAILER_LENGTH,
    participants: {
      ...Object.fromEntries(producers.map((name) => [
        name,
        (self: Participant) =>
          produce(self, new ManyToOneRingBuffer(self.memory), count),
      ])),
      consumer: (self) => {
        const ring = new ManyToOneRingBuffer(self.memory);
        consume(self, ring, count * producers.length);
      },
    },
    check: (ending) =>
      checkMessages(ending, producers, (m) => new ManyToOneRingBuffer(m)),
  };
}

export const manyToOneOfTwo: World = manyToOne(["first", "second"], 2);
export const manyToOneOfOne: World = manyToOne(["first"], 3);
