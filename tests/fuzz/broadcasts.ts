import { assert, assertEquals } from "../../deps.ts";
import {
  BROADCAST_TRAILER_LENGTH,
  BroadcastReceiver,
  BroadcastTransmitter,
  CopyBroadcastReceiver,
} from "../../channel/mod.ts";
import { ordinalOf } from "../../channel/broadcast/broadcast_receiver.ts";
import type { Input } from "./input.ts";
import { CAPACITY, positionOf, Region, wordOf } from "./memory.ts";
import { attempt, type See, type Target } from "./target.ts";

const POSITIONS = [0, 8, 16] as const;
const COUNTS = [80, 88, 96, 104, 112] as const;
const SOURCE = new Uint8Array(16).fill(0x11);

const region = new Region(BROADCAST_TRAILER_LENGTH);

function receive(
  copying: CopyBroadcastReceiver,
  scratchLength: number,
  see: See,
): void {
  const handler = (
    typeId: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ) => {
    assert(typeId >= 1, `type ${typeId}`);
    assert(offset === 0 && length >= 0 && length <= scratchLength);
    assertEquals(bytes.length, scratchLength);
  };
  attempt("receive", () => copying.receive(handler), see);
}

function look(plain: BroadcastReceiver, see: See): void {
  if (!attempt("receiveNext", () => plain.receiveNext(), see)) return;
  const { offset, length, typeId } = plain;
  assert(offset >= 8 && length >= 0 && Number.isInteger(typeId));
  assert(length === 0 || offset + length <= CAPACITY);
  attempt("validate", () => plain.validate(), see);
  const ordinal = ordinalOf(plain);
  assert(ordinal === undefined || Number.isInteger(ordinal));
  see(ordinal === undefined ? "no ordinal" : "ordinal");
}

/** Receivers, which write nothing. */
export const receivers: Target = {
  name: "broadcast receivers",
  run(input, see) {
    region.fill(
      input,
      input.byte() > 128 ? POSITIONS : [...POSITIONS, ...COUNTS],
    );
    const scratchLength = input.byte() % 131;
    attempt("attach", () => {
      const plain = new BroadcastReceiver(region.memory);
      const inner = new BroadcastReceiver(region.memory);
      const copying = new CopyBroadcastReceiver(inner, scratchLength);
      do {
        const before = region.sum();
        if (input.byte() > 128) receive(copying, scratchLength, see);
        else look(plain, see);
        assertEquals(region.sum(), before, "a receiver has written");
        if (input.byte() > 128) region.words[input.byte() % 32] = wordOf(input);
        else region.setLong(input.pick(POSITIONS), positionOf(input));
      } while (!input.isEmpty);
      region.checkMargins();
    }, see);
  },
};

function transmit(
  transmitter: BroadcastTransmitter,
  left: bigint,
  input: Input,
  see: See,
): boolean {
  const length = input.byte() % 17;
  const send = () => transmitter.transmit(1, SOURCE, 0, length) ?? true;
  const sent = attempt("transmit", send, see) ?? false;
  if (sent) {
    const [intent, tail] = [region.long(0), region.long(8)];
    assert(region.long(16) < tail);
    // Never below what a transmitter that died had said.
    assertEquals(intent, left > tail ? left : tail);
  }
  return sent;
}

/** Transmitters, which write nothing but records and positions. */
export const transmitters: Target = {
  name: "broadcast transmitters",
  run(input, see) {
    region.fill(input, POSITIONS);
    const [intent, tail] = [region.long(0), region.long(8)];
    const isSound = intent - tail <= BigInt(CAPACITY) && intent % 8n === 0n;
    const transmitter = new BroadcastTransmitter(region.memory);
    // Positions that are refused once stay as they are.
    while (transmit(transmitter, isSound ? intent : 0n, input, see)) {
      if (input.isEmpty) break;
    }
    region.checkZero([[24, 80], [120, 128]]);
    region.checkMargins();
  },
};
