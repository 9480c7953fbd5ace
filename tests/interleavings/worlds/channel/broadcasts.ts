/**
 * A broadcast buffer whose receiver is slower than its transmitter: each message
 * that it gets is whole and newer than the one before, lost ones are told.
 *
 * @module
 */

import { BroadcastReceiver } from "../../../../channel/broadcast/broadcast_receiver.ts";
import { BroadcastTransmitter } from "../../../../channel/broadcast/broadcast_transmitter.ts";
import { BROADCAST_TRAILER_LENGTH } from "../../../../channel/broadcast/broadcast_layout.ts";
import { CopyBroadcastReceiver } from "../../../../channel/broadcast/copy_broadcast_receiver.ts";
import type { Participant, World } from "../../machine/world.ts";

/** The shortest that there is. */
const CAPACITY = 32;
const MESSAGES = 5;

/** Records of 8 and 16 bytes, so that one covers parts of two others. */
function lengthOf(message: number): number {
  return message === 3 || message === 5 ? 4 : 0;
}

/** How often a receiver looks again while the transmitter is at it. */
const TRIES = {
  file: "channel/broadcast/broadcast_receiver.ts",
  find: "const MAX_TRIES = 1000;",
  replace: "const MAX_TRIES = 2;",
};

function transmit(self: Participant, from: number): void {
  const transmitter = new BroadcastTransmitter(self.memory);
  for (let i = from; i <= MESSAGES; i++) {
    transmitter.transmit(i, new Uint8Array(lengthOf(i)).fill(i));
  }
}

/** Receives until the newest was met; -1 where it says that some were lost. */
function receive(self: Participant): void {
  const receiver = new CopyBroadcastReceiver(
    new BroadcastReceiver(self.memory),
    8,
  );
  for (let tries = 0; tries < 6; tries++) {
    try {
      const count = receiver.receive((typeId, bytes, offset, length) => {
        const all = bytes.slice(offset, offset + length);
        const whole = length === lengthOf(typeId) &&
          all.every((byte) => byte === typeId);
        self.note(whole ? typeId : `${typeId} with ${all}`);
      });
      if (self.notes.at(-1) === MESSAGES) return;
      if (count === 0) self.pause();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      self.note(-1);
    }
  }
}

function checkOrder(notes: readonly unknown[]): void {
  let last = 0;
  for (const value of notes) {
    if (typeof value !== "number") throw new Error(`torn: ${value}`);
    if (value < 0) continue;
    if (value <= last) throw new Error(`not in order: ${notes}`);
    last = value;
  }
}

/** Where those that wait for more than will come are let go. */
export const lapped: World = {
  byteLength: CAPACITY + BROADCAST_TRAILER_LENGTH,
  participants: {
    transmitter: (self) => transmit(self, 1),
    receiver: receive,
  },
  check: ({ notes }) => checkOrder(notes.receiver!),
  daemons: ["receiver"],
  constants: [TRIES],
};

/** The transmitter dies; a successor goes on, and nothing torn comes. */
export const transmitterTakenOver: World = {
  byteLength: CAPACITY + BROADCAST_TRAILER_LENGTH,
  participants: {
    transmitter: (self) => {
      transmit(self, 2);
      Atomics.store(flag(self), 0, 1);
    },
    heir: (self) => {
      const memory = flag(self);
      while (Atomics.load(memory, 0) === 0 && !self.isDead("transmitter")) {
        self.pause();
      }
      transmit(self, MESSAGES);
    },
    receiver: receive,
  },
  mortal: ["transmitter"],
  daemons: ["receiver"],
  constants: [TRIES],
  check: ({ notes }) => {
    const mine = notes.receiver!.filter((value) => typeof value !== "number");
    if (mine.length > 0) throw new Error(`torn: ${mine}`);
  },
};

/** A word of the trailer that no buffer uses. */
function flag({ memory }: Participant): Int32Array {
  return new Int32Array(memory.buffer, CAPACITY + 120, 1);
}
