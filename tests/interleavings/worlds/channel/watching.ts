/**
 * Rings that somebody watches who writes nothing: what is told is whole, and in
 * order, while both ends use the ring; of one producer also what was released.
 *
 * @module
 */

import { ManyToOneRingBuffer } from "../../../../channel/ring/many_to_one_ring_buffer.ts";
import { OneToOneRingBuffer } from "../../../../channel/ring/one_to_one_ring_buffer.ts";
import { RING_TRAILER_LENGTH } from "../../../../channel/ring/ring_layout.ts";
import { RingControl } from "../../../../channel/membership/ring_control.ts";
import { RingWatch } from "../../../../channel/watching/ring_watch.ts";
import { readonlyBytes } from "../../../../memory/views/readonly_bytes.ts";
import type { Participant, World } from "../../machine/world.ts";

type Ring = OneToOneRingBuffer | ManyToOneRingBuffer;

const CAPACITY = 64;
/** How often the watcher looks. */
const LOOKS = 4;

/** Bytes that say which message it is. */
function messageOf(which: number, length: number): Uint8Array {
  return new Uint8Array(length).fill(which);
}

/** Writes batches one after the other; each message says, and has as its type, which batch. */
function produce(
  self: Participant,
  ring: Ring,
  batches: readonly (readonly number[])[],
): void {
  let which = 1;
  for (const lengths of batches) {
    const messages = lengths.map((length) => messageOf(which, length));
    for (let written = 0; written < messages.length;) {
      const more = ring.writeBatch(which, messages, written);
      written += more;
      if (more === 0) self.pause();
    }
    which++;
  }
}

function consume(self: Participant, ring: Ring, count: number): void {
  for (let got = 0; got < count;) {
    const more = ring.read(() => {});
    got += more;
    if (more === 0) self.pause();
  }
}

function watch(self: Participant): void {
  const watched = new RingWatch(readonlyBytes(self.memory));
  let last = -1;
  for (let looks = 0; looks < LOOKS; looks++) {
    const message = watched.next();
    if (message === undefined) continue;
    const { typeId, bytes, position } = message;
    const isWhole = bytes.every((byte) => byte === typeId) && position > last;
    self.note(isWhole ? typeId : `${typeId} with ${bytes} at ${position}`);
    last = position;
  }
  self.note(watched.damage ?? 0);
}

/** What is written and read before anyone watches, and batches of one type each. */
function watched(
  producers: "one" | "many",
  before: readonly number[],
  batches: readonly (readonly number[])[],
): World {
  const ringOf = (memory: Uint8Array<ArrayBuffer>): Ring =>
    producers === "one"
      ? new OneToOneRingBuffer(memory)
      : new ManyToOneRingBuffer(memory);
  return {
    byteLength: CAPACITY + RING_TRAILER_LENGTH,
    setup(memory) {
      new RingControl(memory, CAPACITY).setProducers(producers);
      const ring = ringOf(memory);
      for (const length of before) ring.write(1, messageOf(1, length));
      ring.read(() => {});
    },
    participants: {
      producer: (self) => produce(self, ringOf(self.memory), batches),
      consumer: (self) =>
        consume(self, ringOf(self.memory), batches.flat().length),
      watcher: watch,
    },
    check({ notes }) {
      const wrong = notes.watcher!.filter((note) => typeof note !== "number");
      if (wrong.length > 0) throw new Error(`torn: ${wrong.join("; ")}`);
    },
  };
}

const FIRST = [8, 0];

/** The header behind the second batch lies in the first message that is watched. */
export const watchedOfOne: World = watched("one", [8, 8, 0], [
  FIRST,
  [8, 8, 8],
]);

/** The end of the second batch lies there. */
export const watchedOfOneFull: World = watched("one", [8, 8, 0], [
  FIRST,
  [8, 8, 8, 0],
]);

/** The producer zeroes the header behind a record first, as Agrona does. */
export const watchedOfAgrona: World = {
  ...watched("one", [0], [[8, 8, 8, 0], [8]]),
  constants: [{
    file: "channel/ring/one_producer.ts",
    find: "        words[memory.tail] = next;\n",
    replace:
      "        this.#zeroHeader(4 * ahead);\n        words[memory.tail] = next;\n",
  }],
};

/** The consumer zeroes what it releases. */
export const watchedOfMany: World = watched("many", [0], [[8, 8], [8]]);
