/**
 * Lets channels work on memory that holds anything at all. Ends with an error
 * when a promise is broken, and never when a loop has no end: the test that
 * starts it watches the time.
 *
 *     hostile_channels.ts PROPERTY RUNS
 *
 * @module
 */

import { assert, assertEquals, fc } from "../../../deps.ts";
import {
  BROADCAST_TRAILER_LENGTH,
  BroadcastReceiver,
  BroadcastTransmitter,
  CopyBroadcastReceiver,
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  RING_TRAILER_LENGTH,
  type RingBuffer,
} from "../../../channel/mod.ts";

import {
  recoverConsumer,
  repairClaim,
} from "../../../channel/ring/many_to_one_ring_buffer.ts";
import { takeOverProducer } from "../../../channel/ring/one_to_one_ring_buffer.ts";
import { peek, release } from "../../../channel/ring/ring_access.ts";

const CAPACITY = 128;
/** Bytes in front of the region and behind it, which nobody may touch. */
const MARGIN = 64;
const CANARY = 0xc5;
const SOURCE = new Uint8Array(16).fill(0x11);

/** Lengths and types that a broken peer may leave behind. */
const word = fc.oneof(
  fc.constantFrom(0, 1, 7, 8, 9, 12, 16, 24, CAPACITY - 8, CAPACITY),
  fc.constantFrom(-1, -2, -7, -8, -9, -16, -CAPACITY, -CAPACITY - 1),
  fc.constantFrom(CAPACITY + 1, 2 ** 31 - 1, 2 ** 31 - 8, -(2 ** 31)),
  fc.integer(),
);
const aligned = fc.integer({ min: 0, max: 40 }).map((n) => BigInt(n * 8));
const position = fc.oneof(
  aligned,
  fc.bigInt({ min: 0n, max: 300n }),
  fc.constantFrom(-1n, -8n, 2n ** 31n, 2n ** 32n - 8n, 2n ** 53n, 2n ** 62n),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);

/** A region, filled, between two margins. */
interface Region {
  readonly all: Uint8Array<ArrayBuffer>;
  readonly memory: Uint8Array<ArrayBuffer>;
}

function regionOf(
  trailerLength: number,
  words: readonly number[],
  positions: Readonly<Record<number, bigint>>,
): Region {
  const length = CAPACITY + trailerLength;
  const all = new Uint8Array(length + 2 * MARGIN).fill(CANARY);
  const memory = all.subarray(MARGIN, MARGIN + length).fill(0);
  new Int32Array(all.buffer, MARGIN).set(words);
  setPositions(new BigInt64Array(all.buffer, MARGIN), positions);
  return { all, memory };
}

function setPositions(
  longs: BigInt64Array,
  positions: Readonly<Record<number, bigint>>,
): void {
  for (const [offset, value] of Object.entries(positions)) {
    longs[(CAPACITY + Number(offset)) / 8] = value;
  }
}

function assertMargins({ all }: Region): void {
  for (const edge of [all.subarray(0, MARGIN), all.subarray(-MARGIN)]) {
    assert(edge.every((byte) => byte === CANARY), "wrote outside its region");
  }
}

/** Errors are allowed, as long as they are its own. */
function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    const known = error instanceof TypeError || error instanceof RangeError;
    assert(known && error.message.startsWith("Cannot "), String(error));
    return undefined;
  }
}

/** A handler that looks at where it is led, and gives up when led in circles. */
function guard(check: (typeId: number) => void = () => {}) {
  let calls = 0;
  return (typeId: number, _: unknown, offset: number, length: number) => {
    assert(Number.isInteger(offset) && Number.isInteger(length));
    assert(offset >= 8 && length >= 0, `offset ${offset}, length ${length}`);
    assert(offset + length <= CAPACITY, `offset ${offset}, length ${length}`);
    assert(++calls <= CAPACITY / 8, "more messages than fit");
    check(typeId);
  };
}

const ACTIONS = ["abort", "break", "commit", "continue"] as const;

/** Everything that can be done with a ring. */
const RING_ACTS: readonly ((ring: RingBuffer, n: number) => unknown)[] = [
  (ring) => ring.read(guard()),
  (ring, n) => ring.read(guard(), n % 4),
  (ring, n) => {
    const handler = guard();
    return ring.controlledRead((...message) => {
      handler(...message);
      return ACTIONS[n++ % 4];
    });
  },
  (ring, n) => ring.write(1 + n, SOURCE, 0, n % (ring.maxMessageLength + 1)),
  (ring, n) => {
    const offset = ring.tryClaim(1 + n, n % (ring.maxMessageLength + 1));
    if (offset > 0) assert(offset >= 8 && offset <= CAPACITY, `${offset}`);
  },
  (ring, n) => ring.commit(n % (CAPACITY + 16)),
  (ring, n) => ring.abort(n % (CAPACITY + 16)),
  (ring) => ring.unblock(),
  (ring) => {
    const index = peek(ring);
    assert(index >= -1 && index <= CAPACITY - 8, `index ${index}`);
    if (index >= 0) release(ring, index);
  },
  (ring, n) => release(ring, (n % 16) * 8),
  (ring, n) => {
    if (ring instanceof OneToOneRingBuffer) takeOverProducer(ring);
    if (!(ring instanceof ManyToOneRingBuffer)) return;
    if (n % 2 === 0) recoverConsumer(ring);
    else repairClaim(ring, () => [], [1, 3, Number(ring.consumerPosition) | 3]);
  },
  (ring) => {
    const { size } = ring;
    assert(size >= 0 && size <= CAPACITY, `size ${size}`);
  },
];

/**
 * The parts of a ring's trailer that its operations leave alone, and zero. At 392
 * a consumer notes how far the head moves.
 */
const BETWEEN = [[0, 128], [136, 256], [264, 384], [400, 768]];

function assertZeroBetween({ memory }: Region): void {
  for (const [start, end] of BETWEEN) {
    const part = memory.subarray(
      CAPACITY + (start ?? 0),
      CAPACITY + (end ?? 0),
    );
    const wrong = part.findIndex((byte) => byte !== 0);
    assertEquals(wrong, -1, `wrote to the trailer from ${start} on`);
  }
}

const ringRegion = fc.tuple(
  fc.array(word, { minLength: CAPACITY / 4, maxLength: CAPACITY / 4 }),
  fc.record({ 128: position, 256: position, 384: position, 392: position }),
);
const acts = fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 });
const kind = fc.constantFrom("one-to-one", "many-to-one");
const NOWHERE = { 0: 0n, 8: 0n, 16: 0n };

function attach(kind: string, memory: Uint8Array): RingBuffer {
  return kind === "one-to-one"
    ? new OneToOneRingBuffer(memory)
    : new ManyToOneRingBuffer(memory);
}

const PROPERTIES: Readonly<Record<string, fc.IProperty<unknown>>> = {
  rings: fc.property(ringRegion, acts, kind, ([words, places], acts, kind) => {
    const region = regionOf(RING_TRAILER_LENGTH, words, places);
    const ring = attach(kind, region.memory);
    for (const n of acts) {
      const act = RING_ACTS[n % RING_ACTS.length];
      attempt(() => act?.(ring, n));
    }
    assertMargins(region);
  }),

  ringTrailers: fc.property(
    ringRegion,
    acts,
    kind,
    ([words, places], acts, kind) => {
      const region = regionOf(RING_TRAILER_LENGTH, words, places);
      const ring = attach(kind, region.memory);
      for (const n of acts) {
        const act = RING_ACTS[n % RING_ACTS.length];
        attempt(() => act?.(ring, n));
        assertZeroBetween(region);
      }
    },
  ),

  ringTypes: fc.property(ringRegion, kind, ([words, places], kind) => {
    const region = regionOf(RING_TRAILER_LENGTH, words, places);
    const ring = attach(kind, region.memory);
    const check = (typeId: number) => assert(typeId >= 1, `type ${typeId}`);
    for (let i = 0; i < 3; i++) attempt(() => ring.read(guard(check)));
  }),

  receivers: fc.property(
    fc.array(word, { minLength: CAPACITY / 4, maxLength: CAPACITY / 4 }),
    fc.array(fc.record({ 0: position, 8: position, 16: position }), {
      minLength: 1,
      maxLength: 6,
    }),
    fc.integer({ min: 0, max: 130 }),
    (words, places, scratchLength) => {
      const [first = NOWHERE, ...later] = places;
      const region = regionOf(BROADCAST_TRAILER_LENGTH, words, first);
      const longs = new BigInt64Array(region.all.buffer, MARGIN);
      attempt(() => {
        const plain = new BroadcastReceiver(region.memory);
        const inner = new BroadcastReceiver(region.memory);
        const copying = new CopyBroadcastReceiver(inner, scratchLength);
        for (const values of [first, ...later]) {
          setPositions(longs, values);
          const before = region.all.slice();
          for (let i = 0; i < 8; i++) {
            attempt(() => copying.receive(checkCopy(scratchLength)));
            if (!attempt(() => plain.receiveNext())) continue;
            const { offset, length, typeId } = plain;
            assert(offset >= 8 && length >= 0 && Number.isInteger(typeId));
            assert(length === 0 || offset + length <= CAPACITY);
            attempt(() => plain.validate());
          }
          const same = before.every((byte, i) => byte === region.all[i]);
          assert(same, "a receiver has written");
        }
      });
    },
  ),

  transmitters: fc.property(
    fc.array(word, { minLength: CAPACITY / 4, maxLength: CAPACITY / 4 }),
    fc.record({ 0: position, 8: position, 16: position }),
    fc.array(fc.nat(16), { minLength: 1, maxLength: 10 }),
    (words, places, lengths) => {
      const region = regionOf(BROADCAST_TRAILER_LENGTH, words, places);
      const ahead = places[0] - places[8];
      const isSound = ahead <= BigInt(CAPACITY) && places[0] % 8n === 0n;
      const left = isSound ? places[0] : 0n;
      const transmitter = new BroadcastTransmitter(region.memory);
      for (const length of lengths) {
        const sent = attempt(() => {
          transmitter.transmit(1, SOURCE, 0, length);
          return true;
        });
        const longs = new BigInt64Array(region.all.buffer, MARGIN);
        const [intent, tail, latest] = longs.subarray(CAPACITY / 8);
        if (sent) {
          assert((latest ?? 0n) < (tail ?? 0n));
          // Never below what a transmitter that died had said.
          assertEquals(intent, left > (tail ?? 0n) ? left : tail);
        }
        for (const [start, end] of [[24, 80], [120, 128]]) {
          const rest = region.memory.subarray(
            CAPACITY + (start ?? 0),
            CAPACITY + (end ?? 0),
          );
          assert(
            rest.every((byte) => byte === 0),
            "wrote behind the positions",
          );
        }
      }
      assertMargins(region);
    },
  ),
};

function checkCopy(scratchLength: number) {
  return (
    typeId: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ) => {
    assert(typeId >= 1, `type ${typeId}`);
    assert(offset === 0 && length >= 0 && length <= scratchLength);
    assertEquals(bytes.length, scratchLength);
  };
}

const [name = "", runs] = Deno.args;
const property = PROPERTIES[name];
assert(property, `there is no property ${name}`);
fc.assert(property, { numRuns: Number(runs) });
