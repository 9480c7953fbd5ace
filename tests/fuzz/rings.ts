import { assert } from "../../deps.ts";
import {
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  RING_TRAILER_LENGTH,
  type RingBuffer,
} from "../../channel/mod.ts";
import {
  announceClaims,
  recoverConsumer,
  repairClaim,
} from "../../channel/ring/many_to_one_ring_buffer.ts";
import { takeOverProducer } from "../../channel/ring/one_to_one_ring_buffer.ts";
import { peek, release } from "../../channel/ring/ring_access.ts";
import type { Input } from "./input.ts";
import { CAPACITY, positionOf, Region, wordOf } from "./memory.ts";
import { attempt, type See, type Target } from "./target.ts";

const POSITIONS = [128, 256, 384, 392] as const;
/** A claim word, in padding. */
const CLAIMS = 136;

/** The parts of the trailer that operations leave alone. */
const BETWEEN = [[0, 128], [144, 256], [264, 384], [400, 768]] as const;

/** Says that it is shorter than it is. */
class Liar extends Uint8Array<ArrayBuffer> {
  override get length(): number {
    return 8;
  }
  override get byteLength(): number {
    return 8;
  }
  override get byteOffset(): number {
    return 4096;
  }
  override subarray(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(4096);
  }
}

const HELD = new Uint8Array(16).fill(0x11);
const SOURCES = [
  HELD,
  HELD,
  new Uint8Array(13).fill(0x22),
  new Uint8Array(new ArrayBuffer(16, { maxByteLength: 64 })).fill(0x33),
  new Uint8Array(new SharedArrayBuffer(12)),
  new Liar(new ArrayBuffer(16)).fill(0x44),
  new Uint8Array(0),
] as const;
const LIST = [SOURCES[2], HELD, SOURCES[5], HELD, SOURCES[6]] as const;
const ACTIONS = ["abort", "break", "commit", "continue"] as const;

const many = new Region(RING_TRAILER_LENGTH);
const one = new Region(RING_TRAILER_LENGTH);

/** Looks at where a handler is led, and whether in circles. */
function guard(input: Input, region: Region, see: See) {
  let calls = 0;
  return (typeId: number, _: unknown, offset: number, length: number) => {
    const isInside = Number.isInteger(offset) && Number.isInteger(length) &&
      offset >= 8 && length >= 0 && offset + length <= CAPACITY;
    if (!isInside || typeId < 1 || ++calls > CAPACITY / 8) {
      throw new Error(`handler: ${typeId} at ${offset}, ${length}, ${calls}`);
    }
    see(length === 0 ? "empty message" : "message");
    meddle(input, region);
    const action = input.byte();
    if (action === 255) throw new RangeError("Cannot handle");
    return ACTIONS[action % 4];
  };
}

/** Writes where a broken peer may, at any time. */
function meddle(input: Input, { words }: Region): void {
  const choice = input.byte();
  if (choice > 96) return;
  if (choice > 32) words[choice % (CAPACITY / 4)] = wordOf(input);
  else {
    const offset = [...POSITIONS, CLAIMS][choice % 5] ?? 128;
    words[(CAPACITY + offset) / 4] = Number(
      BigInt.asIntN(32, positionOf(input)),
    );
  }
}

function operate(
  ring: RingBuffer,
  region: Region,
  input: Input,
  see: See,
): void {
  const choice = input.byte() % 15;
  const n = input.byte();
  const typeId = n === 255 ? wordOf(input) : 1 + n % 8;
  const handler = guard(input, region, see);
  switch (choice) {
    case 0:
    case 1:
      attempt(
        "read",
        () => ring.read(handler, n > 200 ? n % 4 : undefined),
        see,
      );
      return;
    case 2:
      attempt("controlledRead", () => ring.controlledRead(handler), see);
      return;
    case 3:
    case 4:
      attempt("write", () => ring.write(typeId, input.pick(SOURCES)), see);
      return;
    case 5: {
      const [offset, length] = [input.byte() % 20, input.byte() % 20];
      const source = input.pick(SOURCES);
      const write = () => ring.write(typeId, source, offset, length);
      attempt("write of a part", write, see);
      return;
    }
    case 6:
      attempt("writeBatch", () => ring.writeBatch(typeId, LIST, n % 6), see);
      return;
    case 7: {
      const write = () => ring.writeSlices(typeId, HELD, 1 << n % 5, n % 3);
      attempt("writeSlices", write, see);
      return;
    }
    case 8: {
      const offset = attempt(
        "tryClaim",
        () => ring.tryClaim(typeId, n % 20),
        see,
      );
      if (offset === undefined || offset < 0) return;
      assert(offset >= 8 && offset <= CAPACITY, `offset ${offset}`);
      if (n > 100) attempt("commit at once", () => ring.commit(offset), see);
      return;
    }
    case 9:
      attempt("commit", () => ring.commit(offsetOf(n)), see);
      return;
    case 10:
      attempt("abort", () => ring.abort(offsetOf(n)), see);
      return;
    case 11:
      attempt("unblock", () => ring.unblock(), see);
      return;
    case 12: {
      const index = attempt("peek", () => peek(ring), see) ?? -1;
      assert(index >= -1 && index <= CAPACITY - 8, `index ${index}`);
      meddle(input, region);
      const at = index >= 0 ? index : (n % 16) * 8;
      attempt("release", () => release(ring, at), see);
      return;
    }
    case 13:
      repair(ring, input, see);
      return;
    case 14: {
      const { size } = ring;
      assert(size >= 0 && size <= CAPACITY, `size ${size}`);
      see(size === 0 ? "no size" : size === CAPACITY ? "full size" : "size");
    }
  }
}

/** Where a claim may start; now and then where none can. */
function offsetOf(n: number): number {
  return (n % 18) * 8 + (n > 250 ? 4 : 0);
}

function repair(ring: RingBuffer, input: Input, see: See): void {
  if (ring instanceof OneToOneRingBuffer) {
    attempt("takeOverProducer", () => takeOverProducer(ring), see);
    return;
  }
  if (!(ring instanceof ManyToOneRingBuffer)) return;
  const n = input.byte();
  if (n % 4 === 0) {
    attempt("recoverConsumer", () => recoverConsumer(ring), see);
  } else if (n % 4 === 1) {
    announceClaims(ring, n > 128 ? -1 : (CAPACITY + CLAIMS) / 4);
  } else {
    const head = Number(BigInt.asIntN(32, ring.consumerPosition));
    const claims = [head | 1, head | 3, (head - 64) | 3, wordOf(input)];
    const dead = claims.slice(n % 4);
    const live = () => n > 200 ? claims.slice(0, 1) : [];
    attempt("repairClaim", () => repairClaim(ring, live, dead), see);
  }
}

function targetOf(
  name: string,
  region: Region,
  attach: (memory: Uint8Array) => RingBuffer,
): Target {
  return {
    name,
    run(input, see) {
      region.fill(input, POSITIONS);
      const ring = attach(region.memory);
      do {
        operate(ring, region, input, see);
        if (input.byte() > 192) meddle(input, region);
      } while (!input.isEmpty);
      region.checkZero(BETWEEN);
      region.checkMargins();
    },
  };
}

/** Rings for one producer. */
export const oneToOne: Target = targetOf(
  "one-to-one ring",
  one,
  (memory) => new OneToOneRingBuffer(memory),
);

/** Rings for many. */
export const manyToOne: Target = targetOf(
  "many-to-one ring",
  many,
  (memory) => new ManyToOneRingBuffer(memory),
);

/** The same with atomic accesses only. */
export const strict: Target = targetOf(
  "one-to-one ring in strict order",
  one,
  (memory) => new OneToOneRingBuffer(memory, { order: "strict" }),
);
