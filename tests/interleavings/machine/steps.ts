/**
 * What a step does to memory, and how it is printed.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import type { Span } from "./memory/view.ts";

/** Kinds of steps. */
export const LOAD = 0, STORE = 1, ATOMIC_LOAD = 2, ATOMIC_STORE = 3;
/** Locked instructions, from here on. */
export const EXCHANGE = 4, COMPARE = 5, ADD = 6, SUB = 7, AND = 8, OR = 9;
/** The last of them. */
export const XOR = 10;

/** How each is called. */
const NAMES = [
  ...["load", "store", "Atomics.load", "Atomics.store", "Atomics.exchange"],
  ...["Atomics.compareExchange", "Atomics.add", "Atomics.sub", "Atomics.and"],
  ...["Atomics.or", "Atomics.xor"],
];

/** Prints a value of so many bytes. */
export function show(low: number, high: number, width: number): string {
  if (width < 8) return String(low);
  return String(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low >>> 0)));
}

/** Prints what all see. */
function showWord(machine: Machine, offset: number, width: number): string {
  machine.memory.loadNewest(offset, width);
  return show(machine.memory.low, machine.memory.high, width);
}

/** One access. */
export function step(
  machine: Machine,
  kind: number,
  offset: number,
  width: number,
  low: number,
  high: number,
  low2: number,
  high2: number,
  site: number,
): void {
  const actor = machine.current;
  const { memory } = machine;
  if (actor === null) {
    memory.loadNewest(offset, width);
    machine.low = memory.low;
    machine.high = memory.high;
    perform(machine, -1, kind, offset, width, low, high, low2, high2);
    return;
  }
  const access = 16 * offset + kind;
  if (machine.replays(actor, access, width === 8)) return;
  const who = actor.index;
  const isShared = machine.words.isShared(who, kind, offset, width);
  const drains = kind > ATOMIC_LOAD && memory.waiting(who) > 0;
  if (isShared || drains || machine.words.everywhere) {
    const own: readonly Span[] = kind > ATOMIC_LOAD ? memory.spans(who) : [];
    const touched = kind === STORE ? own : [...own, { offset, width }];
    machine.arrive(actor, touched);
  }
  const before = machine.trace === null ? "" : showWord(machine, offset, width);
  if (kind === LOAD || kind === ATOMIC_LOAD) {
    if (isShared) memory.load(who, offset, width, kind === ATOMIC_LOAD);
    else memory.loadNewest(offset, width);
    machine.low = memory.low;
    machine.high = memory.high;
  } else if (kind < EXCHANGE && !isShared) {
    if (kind !== STORE) memory.order(who);
    memory.storePrivately(offset, width, low, high);
    machine.low = machine.high = 0;
  } else perform(machine, who, kind, offset, width, low, high, low2, high2);
  machine.done(actor, access, width === 8);
  if (kind === LOAD || kind === ATOMIC_LOAD) {
    for (let word = offset >> 2; 4 * word < offset + width; word++) {
      actor.watched.add(word);
    }
  } else if (isShared) machine.stored(who, [{ offset, width }]);
  if (machine.trace !== null) {
    const value = kind <= ATOMIC_LOAD && kind !== STORE
      ? show(machine.low, machine.high, width)
      : showWord(machine, offset, width);
    const waits = kind === STORE && memory.waiting(who) > 0;
    const after = waits ? `${show(low, high, width)} (waits)` : value;
    const what = NAMES[kind]!;
    const { name } = actor;
    machine.trace.push({ who: name, site, what, offset, before, after });
  }
}

/** Makes an access; what was there before is in the machine. */
function perform(
  machine: Machine,
  who: number,
  kind: number,
  offset: number,
  width: number,
  low: number,
  high: number,
  low2: number,
  high2: number,
): void {
  const { memory } = machine;
  if (kind === LOAD || kind === ATOMIC_LOAD) return;
  if (kind < EXCHANGE) {
    memory.store(who, offset, width, low, high, kind !== STORE);
    machine.low = machine.high = 0;
    return;
  }
  if (who >= 0) memory.fence(who);
  memory.loadNewest(offset, width);
  const before = memory.low;
  const above = memory.high;
  machine.low = before;
  machine.high = above;
  let next = low;
  let nextHigh = high;
  switch (kind) {
    case EXCHANGE:
      break;
    case COMPARE: {
      const same = width < 4
        ? before === (low2 & (width === 1 ? 0xff : 0xffff))
        : before === low2 && (width === 4 || above === high2);
      if (!same) return;
      break;
    }
    default:
      [next, nextHigh] = compute(kind, before, above, low, high, width);
  }
  if (who < 0) memory.store(who, offset, width, next, nextHigh, true);
  else memory.lockedStore(who, offset, width, next, nextHigh);
}

function compute(
  kind: number,
  before: number,
  above: number,
  low: number,
  high: number,
  width: number,
): [number, number] {
  if (width === 8) {
    const a = (BigInt(above) << 32n) | BigInt(before >>> 0);
    const b = (BigInt(high) << 32n) | BigInt(low >>> 0);
    const c = kind === ADD
      ? a + b
      : kind === SUB
      ? a - b
      : kind === AND
      ? a & b
      : kind === OR
      ? a | b
      : a ^ b;
    return [Number(BigInt.asIntN(32, c)), Number(BigInt.asIntN(32, c >> 32n))];
  }
  switch (kind) {
    case ADD:
      return [(before + low) | 0, 0];
    case SUB:
      return [(before - low) | 0, 0];
    case AND:
      return [before & low, 0];
    case OR:
      return [before | low, 0];
    case XOR:
      return [before ^ low, 0];
    default:
      throw new Error(`the machine knows no step ${kind}`);
  }
}
