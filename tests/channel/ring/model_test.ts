/**
 * Random sequences of operations, on buffers and on models of them.
 */

import { assertEquals, loadFastCheck } from "../../../deps.ts";
import {
  BroadcastReceiver,
  type ControlledAction,
  CopyBroadcastReceiver,
  INSUFFICIENT_CAPACITY,
} from "../../../channel/mod.ts";
import { shareOf } from "../../helpers/sync/size.ts";
import {
  makeBroadcast,
  positions,
  receive,
} from "../../helpers/channel/broadcasts.ts";
import { RingModel } from "../../helpers/channel/ring_model.ts";
import {
  HEAD,
  makeRing,
  payload,
  readAll,
  RING_KINDS,
  type RingKind,
  type Seen,
  TAIL,
  trailer,
} from "../../helpers/channel/rings.ts";
import { SEED } from "../../helpers/seed.ts";

const fc = await loadFastCheck();

const RUNS = shareOf(1500);
const STARTS = {
  "0": () => 0n,
  "2^32": (lap: number) => 2n ** 32n - BigInt(lap),
};

const ACTIONS = ["abort", "break", "commit", "continue", "throw"] as const;

/** Sizes are fractions of what is possible, so that they suit every capacity. */
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const ringOperation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("write"), size: fraction }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("claim"), size: fraction }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("commit", "abort"),
      which: fraction,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("read"),
      limit: fc.constantFrom(0, 1, 2, 3, 100, undefined),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("controlledRead"),
      actions: fc.array(fc.constantFrom(...ACTIONS), { maxLength: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unblock") }) },
);

interface Operation {
  readonly do: string;
  readonly size?: number;
  readonly which?: number;
  readonly limit?: number | undefined;
  readonly actions?: readonly (typeof ACTIONS)[number][];
}

for (const kind of RING_KINDS) {
  for (const [where, startOf] of Object.entries(STARTS)) {
    Deno.test(`${kind.name} does what a queue does, whatever is asked of it, around position ${where}`, () => {
      fc.assert(
        fc.property(
          fc.constantFrom(1, 2, 4, 8, 16, 32),
          fc.array(ringOperation, { maxLength: 80, size: "max" }),
          (factor, operations) => {
            const capacity = kind.minCapacity * factor;
            checkRing(kind, capacity, startOf(capacity), operations);
          },
        ),
        { numRuns: RUNS, seed: SEED },
      );
    });
  }
}

function checkRing(
  kind: RingKind,
  capacity: number,
  start: bigint,
  operations: readonly Operation[],
): void {
  const test = makeRing(kind, capacity, start);
  const model = new RingModel(capacity, kind.spare, start);
  const { ring, memory } = test;
  for (const [step, operation] of operations.entries()) {
    const typeId = 1 + step;
    const { size = 0, which = 0, limit, actions = [] } = operation;
    const bytes = payload(Math.round(size * ring.maxMessageLength), step);
    switch (operation.do) {
      case "write":
        assertEquals(
          ring.write(typeId, bytes),
          model.write(typeId, [...bytes]),
        );
        break;
      case "claim": {
        const offset = ring.tryClaim(typeId, bytes.length);
        const expected = model.claim(typeId, [...bytes]);
        assertEquals(offset, expected ?? INSUFFICIENT_CAPACITY);
        if (expected !== undefined) memory.set(bytes, offset);
        break;
      }
      case "commit":
      case "abort": {
        const { claims } = model;
        const offset = claims[Math.floor(which * (claims.length - 1))];
        if (offset === undefined) break;
        ring[operation.do](offset);
        const state = operation.do === "commit" ? "message" : "padding";
        model.release(offset, state);
        break;
      }
      case "read":
        assertEquals(readAll(ring, limit), model.read(limit ?? Infinity));
        break;
      case "controlledRead":
        checkControlledRead(ring, model, actions);
        break;
      case "unblock":
        assertEquals(
          ring.unblock(),
          kind.name === "ManyToOneRingBuffer" && model.unblock(),
        );
    }
    assertEquals(trailer(test, TAIL), model.tail);
    assertEquals(trailer(test, HEAD), model.head);
    assertEquals(ring.size, Number(model.tail - model.head));
  }
  if (kind.name === "ManyToOneRingBuffer") assertZeroOutside(test, model);
}

function checkControlledRead(
  ring: ReturnType<RingKind["attach"]>,
  model: RingModel,
  actions: readonly (typeof ACTIONS)[number][],
): void {
  const seen: Seen[] = [];
  let thrown = false;
  let count = -1;
  try {
    count = ring.controlledRead((typeId, bytes, offset, length) => {
      const action = actions[seen.length] ?? "break";
      const part = bytes.subarray(offset, offset + length);
      seen.push({ typeId, offset, payload: [...part] });
      if (action === "throw") throw new Error(action);
      return action satisfies ControlledAction;
    });
  } catch {
    thrown = true;
  }
  const last = actions.findIndex((action) =>
    action === "abort" || action === "break" || action === "throw"
  );
  const limit = last === -1 ? actions.length + 1 : last + 1;
  const action = actions[limit - 1] ?? "break";
  const expected = model.read(limit, action === "abort" ? last : Infinity);
  assertEquals(seen, expected);
  const complete = seen.length === limit;
  assertEquals(thrown, complete && action === "throw");
  if (thrown) return;
  assertEquals(count, seen.length - (complete && action === "abort" ? 1 : 0));
}

/** What belongs to nobody is zero: the producers of this kind rely on it. */
function assertZeroOutside(
  { memory, capacity }: ReturnType<typeof makeRing>,
  { head, tail }: RingModel,
): void {
  for (let at = tail; at < head + BigInt(capacity); at++) {
    assertEquals(memory[Number(at % BigInt(capacity))], 0);
  }
}

/** Positive: send that much; else let that receiver receive. */
const broadcastOperation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ size: fraction }) },
  { weight: 2, arbitrary: fc.record({ receiver: fc.nat(3) }) },
);

for (const [where, startOf] of Object.entries(STARTS)) {
  Deno.test(`Broadcast buffers give every receiver what a log holds, or say that it was lost, around position ${where}`, () => {
    fc.assert(
      fc.property(
        fc.constantFrom(32, 64, 128, 512),
        fc.array(broadcastOperation, { maxLength: 120, size: "max" }),
        (capacity, operations) => {
          checkBroadcast(capacity, startOf(capacity), operations);
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
  });
}

function checkBroadcast(
  capacity: number,
  start: bigint,
  operations: readonly { size?: number; receiver?: number }[],
): void {
  const test = makeBroadcast(capacity, start);
  const lap = BigInt(capacity);
  const log: { at: bigint; end: bigint; message: [number, ...number[]] }[] = [];
  let tail = start;
  let latest = start;
  // A receiver begins when it is first asked, with the newest message.
  const receivers = new Map<number, ReturnType<typeof follow>>();
  const follow = () => {
    const inner = new BroadcastReceiver(test.memory);
    const receiver = new CopyBroadcastReceiver(inner);
    return { inner, receiver, next: latest, lapped: 0 };
  };
  for (const [step, { size, receiver: number = 0 }] of operations.entries()) {
    if (size !== undefined) {
      const length = Math.round(size * test.transmitter.maxMessageLength);
      const bytes = payload(length, step);
      test.transmitter.transmit(1 + step, bytes);
      const record = BigInt((length + 8 + 7) & -8);
      const toEnd = lap - tail % lap;
      latest = record > toEnd ? tail + toEnd : tail;
      // Padding counts as the beginning of the record behind it.
      log.push({
        at: tail,
        end: latest + record,
        message: [1 + step, ...bytes],
      });
      tail = latest + record;
      assertEquals(positions(test), [tail, tail, latest]);
      continue;
    }
    const mine = receivers.getOrInsertComputed(number, follow);
    const received = receive(mine.receiver);
    const expected = log.find(({ at, end }) =>
      mine.next >= at && mine.next < end
    );
    if (mine.next === tail) {
      assertEquals(received, undefined);
    } else if (mine.next + lap <= tail) {
      assertEquals(`${received}`.includes("unable to keep up"), true);
      mine.next = tail;
      mine.lapped++;
    } else {
      assertEquals(received, expected?.message);
      mine.next = expected?.end ?? mine.next;
    }
    assertEquals(mine.inner.lappedCount, mine.lapped);
  }
}
