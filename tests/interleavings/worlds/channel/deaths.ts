/**
 * Rings of which an end dies, and what makes them whole again: nothing that was
 * committed is lost, nothing comes that was not written, and those that live on
 * come to their end.
 *
 * @module
 */

import {
  announceClaims,
  ManyToOneRingBuffer,
  recoverConsumer,
  repairClaim,
} from "../../../../channel/ring/many_to_one_ring_buffer.ts";
import {
  OneToOneRingBuffer,
  takeOverProducer,
} from "../../../../channel/ring/one_to_one_ring_buffer.ts";
import {
  RING_TRAILER_LENGTH,
  TRAILER,
} from "../../../../channel/ring/ring_layout.ts";
import { openObject } from "../../../../ffi/files/open.ts";
import { tryLockByte } from "../../../../ffi/files/range_lock.ts";
import type { Participant, World } from "../../machine/world.ts";

type Ring = OneToOneRingBuffer | ManyToOneRingBuffer;

const CAPACITY = 32;
/** Low words of the positions. */
const [TAIL, HEAD] = [TRAILER.tail, TRAILER.head]
  .map((offset) => (CAPACITY + offset) >> 2) as [number, number];
/** Words behind the positions, where claims are announced. */
const CLAIMS = (CAPACITY + 136) >> 2;
/** And one that says that the place of the first has another. */
const TAKEN = CLAIMS + 5;

const REQUEST = { writable: true, create: "if-missing", mode: 0o600 } as const;
let fd: number | undefined;

/** The kernel's lock that says whether one lives; true when it is ours now. */
function lock(byte: number): boolean {
  fd ??= openObject("/ring", REQUEST, "open");
  return tryLockByte(fd, byte, "lock");
}

/** Takes the first one's place, unless another has it or had it since. */
function begin({ memory }: Participant): boolean {
  return lock(1) && Atomics.load(new Int32Array(memory.buffer), TAKEN) === 0;
}

/** Takes the place of one that is gone; it must not come now. */
function succeed({ memory }: Participant): boolean {
  if (!lock(1)) return false;
  Atomics.store(new Int32Array(memory.buffer), TAKEN, 1);
  return true;
}

function produce(self: Participant, ring: Ring, count: number): void {
  for (let i = 1; i <= count; i++) {
    const message = new Uint8Array([16 * self.id + i]);
    while (!ring.write(self.id, message)) self.pause();
    self.note(16 * self.id + i);
  }
}

/** Sends one more as Agrona does, which moves the tail before it zeroes ahead. */
function produceAsAgrona(self: Participant, value: number): void {
  const words = new Int32Array(self.memory.buffer);
  const tail = Atomics.load(words, TAIL);
  while (tail + 24 - Atomics.load(words, HEAD) > CAPACITY) self.pause();
  const at = (position: number) => (position & (CAPACITY - 1)) >> 2;
  Atomics.store(words, TAIL, tail + 16);
  Atomics.store(words, at(tail + 16), 0);
  words[at(tail) + 1] = self.id;
  self.memory[4 * at(tail) + 8] = value;
  Atomics.store(words, at(tail), 9);
  self.note(value);
}

/** Reads what is there, and notes it. */
function read(self: Participant, ring: Ring): number {
  return ring.read((typeId, bytes, offset, length) => {
    const [value] = bytes.slice(offset, offset + length);
    self.note(length === 1 && value! >> 4 === typeId ? value : "nonsense");
  });
}

/** What came of one producer: all that it noted, and at most one more. */
function checkOf(
  read: readonly unknown[],
  sent: readonly unknown[],
  id: number,
  died: boolean,
): void {
  const mine = read.filter((value) => (value as number) >> 4 === id);
  const extra = died ? [...sent, 16 * id + sent.length + 1] : sent;
  if (mine.join() === sent.join() || mine.join() === extra.join()) return;
  throw new Error(`${id} sent ${sent.join()}, ${read.join()} was read`);
}

/** A producer of many dies with or without a claim; the consumer repairs it. */
export const deadProducer: World = {
  byteLength: CAPACITY + RING_TRAILER_LENGTH,
  participants: {
    first(self) {
      if (!begin(self)) return;
      const ring = new ManyToOneRingBuffer(self.memory);
      announceClaims(ring, CLAIMS + 1);
      produce(self, ring, 2);
    },
    second(self) {
      lock(2);
      const ring = new ManyToOneRingBuffer(self.memory);
      announceClaims(ring, CLAIMS + 2);
      produce(self, ring, 2);
    },
    consumer(self) {
      const ring = new ManyToOneRingBuffer(self.memory);
      const words = new Int32Array(self.memory.buffer);
      const claimOf = (slot: number) => Atomics.load(words, CLAIMS + slot);
      let left = 2;
      let gone = false;
      for (let empty = false; left > 0 || !gone || !empty;) {
        // Padding is no message, but there may be one behind it.
        const before = ring.consumerPosition;
        read(self, ring);
        empty = ring.consumerPosition === before;
        left = 2 - self.notes.filter((v) => (v as number) >> 4 === 2).length;
        if (!empty) continue;
        // Who lives has its lock until the end of its process.
        if (!gone && succeed(self)) {
          // What it wrote before it died may have come since the last look.
          gone = true;
          empty = false;
          continue;
        }
        const claims = gone ? [claimOf(1)] : [];
        const live = () => gone ? [claimOf(2)] : [claimOf(1), claimOf(2)];
        empty = !repairClaim(ring, live, claims);
        if (empty && (left > 0 || !gone)) self.pause();
      }
    },
  },
  mortal: ["first"],
  check({ notes, dead, memory }) {
    const { consumer, first, second } = notes;
    checkOf(consumer!, first!, 1, dead.has("first"));
    checkOf(consumer!, second!, 2, false);
    const { size } = new ManyToOneRingBuffer(memory);
    if (size !== 0) throw new Error(`${size} bytes did not come back`);
  },
};

/**
 * The only producer dies, in our order of stores or in that of Agrona; its successor
 * makes the ring whole and goes on.
 */
export const producerTakenOver: World = {
  byteLength: CAPACITY + RING_TRAILER_LENGTH,
  participants: {
    first(self) {
      if (!begin(self)) return;
      produce(self, new OneToOneRingBuffer(self.memory), 1);
      produceAsAgrona(self, 16 * self.id + 2);
    },
    heir(self) {
      while (!succeed(self)) self.pause();
      const ring = new OneToOneRingBuffer(self.memory);
      takeOverProducer(ring);
      produce(self, ring, 2);
    },
    consumer(self) {
      const ring = new OneToOneRingBuffer(self.memory);
      const isLast = (value: unknown) => value === 34;
      while (!self.notes.some(isLast)) if (read(self, ring) === 0) self.pause();
    },
  },
  mortal: ["first"],
  check({ notes, dead }) {
    checkOf(notes.consumer!, notes.first!, 1, dead.has("first"));
    checkOf(notes.consumer!, notes.heir!, 2, false);
  },
};

/** The consumer dies; its successor finishes what that was about to give back. */
export const consumerTakenOver: World = {
  byteLength: CAPACITY + RING_TRAILER_LENGTH,
  participants: {
    producer(self) {
      produce(self, new ManyToOneRingBuffer(self.memory), 4);
    },
    first(self) {
      if (!begin(self)) return;
      const ring = new ManyToOneRingBuffer(self.memory);
      while (self.notes.length < 2) if (read(self, ring) === 0) self.pause();
    },
    heir(self) {
      while (!succeed(self)) self.pause();
      const ring = new ManyToOneRingBuffer(self.memory);
      recoverConsumer(ring);
      const isLast = (value: unknown) => value === 20;
      while (!self.notes.some(isLast)) {
        if (read(self, ring) > 0) continue;
        // All four have 16 bytes; what was given back before, is.
        if (ring.consumerPosition === 64n) break;
        self.pause();
      }
    },
  },
  mortal: ["first"],
  check({ notes: { producer, first, heir } }) {
    const [start = 21] = heir!;
    // The last that the dead one read it may have given back, or not.
    const before = first!.filter((value) =>
      (value as number) < (start as number)
    );
    const all = [...before, ...heir!];
    if (all.join() !== producer!.join()) {
      throw new Error(`sent ${producer}, read ${first} and then ${heir}`);
    }
  },
};
