/**
 * Claims of producers that died, next to those of producers that live.
 */

import {
  assert,
  assertEquals,
  assertThrows,
  loadFastCheck,
} from "../../../deps.ts";
import { ManyToOneRingBuffer } from "../../../channel/mod.ts";
import {
  announceClaims,
  repairClaim,
} from "../../../channel/ring/many_to_one_ring_buffer.ts";
import { shareOf } from "../../helpers/sync/size.ts";
import {
  assertGoesOn,
  drain,
  firstDifference,
  HEAD,
  makeRing,
  MANY_TO_ONE,
  manyToOne,
  payload,
  readAll,
  readTypes,
  TAIL,
  type TestRing,
} from "../../helpers/channel/rings.ts";
import { SEED } from "../../helpers/seed.ts";

const fc = await loadFastCheck();

/** A word that a producer may announce its claims in. */
const ANNOUNCEMENT = 136;

/** Two words of a ring that producers announce in: as bits of a claim. */
const CLAIMED = 1;
const WRAPPED = 3;

Deno.test("announceClaims() says where the last claim starts, and whether it went round", () => {
  const test = makeRing(MANY_TO_ONE, 128);
  const { ring, words } = test;
  const word = (128 + ANNOUNCEMENT) / 4;
  ring.write(1, payload(5));
  assertEquals(words[word], 0);
  announceClaims(manyToOne(test), word);
  ring.tryClaim(2, 10);
  assertEquals(words[word], 16 | CLAIMED);
  for (let i = 0; i < 3; i++) ring.write(3, payload(16));
  assertEquals(words[word], 88 | CLAIMED);
  // 112 bytes are used, and 24 do not fit: it is full, and pads the end.
  assertEquals(ring.write(3, payload(16)), false);
  assertEquals(words[word], 0);
  announceClaims(manyToOne(test), -1);
  test.words[4] = 18;
  test.words[5] = 1;
  readAll(ring);
  ring.write(3, payload(16));
  assertEquals(words[word], 0);
});

Deno.test("announceClaims() marks a claim that needs the start of the data area", () => {
  const test = makeRing(MANY_TO_ONE, 128);
  const { ring, words } = test;
  const word = (128 + ANNOUNCEMENT) / 4;
  announceClaims(manyToOne(test), word);
  for (let i = 0; i < 5; i++) {
    ring.write(1, payload(16));
    if (i < 4) readAll(ring);
  }
  assertEquals(words[word], 96 | CLAIMED);
  ring.write(1, payload(16));
  assertEquals(words[word], 120 | WRAPPED);
  assertEquals(ring.producerPosition, 152n);
});

Deno.test("ManyToOneRingBuffer gives up where a peer moves the tail without end", () => {
  const test = makeRing(MANY_TO_ONE, 128);
  const { ring, words, memory } = test;
  announceClaims(manyToOne(test), (128 + ANNOUNCEMENT) / 4);
  const { compareExchange } = Atomics;
  let tries = 0;
  // Each time it has just been moved.
  Reflect.set(Atomics, "compareExchange", () => {
    tries++;
    return -8;
  });
  try {
    assertThrows(() => ring.write(1, payload(8)), TypeError, "breaks");
    assertThrows(() => ring.tryClaim(1, 8), TypeError, "breaks");
  } finally {
    Atomics.compareExchange = compareExchange;
  }
  assert(tries > 1000);
  assertEquals(words[(128 + ANNOUNCEMENT) / 4], 0);
  assertEquals(memory.every((byte) => byte === 0), true);
  assertGoesOn(ring);
});

/** A ring with a claim at `index` to which nothing was written. */
function deadClaim(index: number, byteLength: number, capacity = 128) {
  const test = makeRing(MANY_TO_ONE, capacity);
  const { longs } = test;
  longs[(capacity + HEAD) / 8] = BigInt(index);
  longs[(capacity + TAIL) / 8] = BigInt(index + byteLength);
  return test;
}

function repair(
  test: TestRing,
  live: readonly number[],
  dead: readonly number[],
): boolean {
  return repairClaim(manyToOne(test), () => live, dead);
}

Deno.test("repairClaim() pads a dead claim up to the tail, also at the end of the data area", () => {
  for (const [index, byteLength] of [[0, 24], [40, 24], [104, 24]]) {
    const test = deadClaim(index ?? 0, byteLength ?? 0);
    assertEquals(repair(test, [], [(index ?? 0) | CLAIMED]), true);
    assertEquals(repair(test, [], [(index ?? 0) | CLAIMED]), false);
    assertEquals(drain(test.ring), []);
    assertGoesOn(test.ring);
  }
});

Deno.test("repairClaim() pads both parts of a claim that went round", () => {
  const test = deadClaim(120, 24 + 8);
  const dead = [120 | WRAPPED];
  assertEquals(repair(test, [], dead), true);
  assertEquals(drain(test.ring), []);
  assertEquals(test.ring.consumerPosition, 128n);
  assertEquals(repair(test, [], dead), true);
  assertEquals(drain(test.ring), []);
  assertEquals(test.ring.size, 0);
  assertEquals(repair(test, [], dead), false);
  assertGoesOn(test.ring);
});

Deno.test("repairClaim() frees a claim with a header, whole as it says", () => {
  const test = makeRing(MANY_TO_ONE, 128);
  const { ring } = test;
  ring.tryClaim(1, 13);
  ring.write(2, payload(3));
  assertEquals(repair(test, [24 | CLAIMED], [0 | CLAIMED]), true);
  assertEquals(drain(ring).map(({ typeId }) => typeId), [2]);
  assertGoesOn(ring);
});

Deno.test("repairClaim() stops where something was written, and where another claim was announced", () => {
  for (const next of ["written", "live", "dead"]) {
    const test = deadClaim(16, 40);
    if (next === "written") test.words[40 / 4] = -16;
    const live = next === "live" ? [40 | CLAIMED] : [0, 64 | CLAIMED];
    const dead = [16 | CLAIMED, ...next === "dead" ? [40 | CLAIMED] : []];
    assertEquals(repair(test, live, dead), true);
    assertEquals([test.words[4], test.words[5]], [24, -1]);
    assertEquals(drain(test.ring), []);
    assertEquals(test.ring.consumerPosition, 40n);
  }
});

Deno.test("repairClaim() leaves alone what may be at work, and what no dead one announced", () => {
  const cases: readonly [live: number[], dead: number[]][] = [
    [[120 | CLAIMED], [120 | CLAIMED]],
    [[120 | WRAPPED], [120 | CLAIMED, 64 | WRAPPED]],
    [[], []],
    [[], [0]],
    [[], [112 | CLAIMED]],
    [[], [120]],
    [[], [112 | WRAPPED]],
  ];
  for (const [live, dead] of cases) {
    const test = deadClaim(120, 8);
    const before = test.memory.slice();
    assertEquals(repair(test, live, dead), false, `${live}; ${dead}`);
    assertEquals(firstDifference(test.memory, before), -1);
  }
  // At the start of the data area one that went round may be at work.
  const test = deadClaim(128, 24);
  assertEquals(repair(test, [120 | WRAPPED], [112 | WRAPPED]), false);
  assertEquals(repair(test, [120 | CLAIMED], [112 | CLAIMED]), false);
  assertEquals(repair(test, [0 | WRAPPED], [112 | WRAPPED]), false);
  assertEquals(repair(test, [120 | CLAIMED], [112 | WRAPPED]), true);
});

Deno.test("repairClaim() does nothing in an empty ring or in front of a message", () => {
  const test = makeRing(MANY_TO_ONE, 128);
  assertEquals(repair(test, [], [CLAIMED]), false);
  test.ring.write(1, payload(3));
  assertEquals(repair(test, [], [CLAIMED]), false);
  assertEquals(readTypes(test.ring), [1]);
});

Deno.test("repairClaim() asks who lives only when it has seen that there is a claim", () => {
  const test = makeRing(MANY_TO_ONE, 128);
  let asked = 0;
  const live = () => {
    asked++;
    return [];
  };
  assertEquals(repairClaim(manyToOne(test), live, [CLAIMED]), false);
  assertEquals(asked, 0);
  test.ring.tryClaim(1, 3);
  assertEquals(repairClaim(manyToOne(test), live, [CLAIMED]), true);
  assertEquals(asked, 1);
});

Deno.test("repairClaim() refuses a length that no sound producer writes", () => {
  for (const length of [-7, -1, -25, -(2 ** 31)]) {
    const test = deadClaim(0, 24);
    test.words[0] = length;
    assertThrows(() => repair(test, [], [CLAIMED]), TypeError, "corrupt");
  }
});

Deno.test("repairClaim() frees everything that senders left which died at random points, and nothing of those that live", () => {
  const step = fc.record({
    sender: fc.nat(3),
    length: fc.nat(16),
    // How far it gets: after the tail, after the header, all of it.
    until: fc.constantFrom("tail", "header", "end", "end", "end"),
    read: fc.boolean(),
  });
  const start = fc.constantFrom(0n, 2n ** 32n - 128n);
  const property = fc.property(
    fc.array(step, { maxLength: 60 }),
    start,
    (steps, start) => {
      const test = makeRing(MANY_TO_ONE, 128, start);
      const { memory, words } = test;
      const wordOf = (sender: number) => (128 + ANNOUNCEMENT) / 4 + sender;
      const senders = [0, 1, 2, 3].map((sender) => {
        const ring = new ManyToOneRingBuffer(memory);
        announceClaims(ring, wordOf(sender));
        return ring;
      });
      const dead = new Set<number>();
      const expected: number[] = [];
      const seen: number[] = [];
      const announced = (isDead: boolean) =>
        [0, 1, 2, 3].filter((sender) => dead.has(sender) === isDead)
          .map((sender) => words[wordOf(sender)] ?? 0);
      const consume = () => {
        for (;;) {
          const before = test.ring.consumerPosition;
          seen.push(...readTypes(test.ring));
          if (test.ring.consumerPosition !== before) continue;
          const live = () => announced(false);
          const ring = manyToOne(test);
          if (!repairClaim(ring, live, announced(true))) break;
        }
      };
      let typeId = 0;
      for (const { sender, length, until, read } of steps) {
        const ring = senders[sender];
        if (dead.has(sender) || ring === undefined) continue;
        typeId++;
        if (until === "end") {
          if (ring.write(typeId, payload(length))) expected.push(typeId);
        } else {
          const offset = ring.tryClaim(typeId, length);
          if (offset > 0) {
            dead.add(sender);
            if (until === "tail") {
              words.fill(0, offset / 4 - 2, offset / 4);
              // Its padding may be missing, too.
              const word = words[wordOf(sender)] ?? 0;
              const index = (word & -8) & 127;
              if ((word & 2) !== 0 && length % 2 === 0) {
                words.fill(0, index / 4, index / 4 + 2);
              }
            }
          }
        }
        if (read) consume();
      }
      consume();
      assertEquals(seen, expected);
      assertEquals(test.ring.size, 0);
    },
  );
  fc.assert(property, { numRuns: shareOf(1000), seed: SEED });
});
