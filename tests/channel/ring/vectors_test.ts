/**
 * Replays runs of 250 random operations that were recorded from Agrona's Java
 * classes, and compares every result and every state value.
 */

import { assertEquals } from "../../../deps.ts";
import {
  BroadcastReceiver,
  BroadcastTransmitter,
  type ControlledAction,
  CopyBroadcastReceiver,
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  type RingBuffer,
} from "../../../channel/mod.ts";
import { projectPath } from "../../helpers/deno.ts";

type Value = string | number | boolean | null | readonly Value[];

interface Case {
  readonly kind: "mpsc" | "spsc" | "broadcast";
  readonly capacity: number;
  readonly start: string;
  readonly maxMsgLength?: number;
  readonly ops: readonly (readonly Value[])[];
}

const { cases }: { cases: readonly Case[] } = JSON.parse(
  await Deno.readTextFile(projectPath("tests/channel/ring/vectors.json")),
);
const SOURCE = Uint8Array.from({ length: 4096 }, (_, i) => 1 + i % 255);
const TRAILERS = { mpsc: 768, spsc: 768, broadcast: 128 } as const;

for (const recorded of cases) {
  const { kind, capacity, start } = recorded;
  Deno.test(`${kind} of ${capacity} bytes from position ${start} on does what Agrona did`, () => {
    const memory = new Uint8Array(capacity + TRAILERS[kind]);
    const longs = new BigInt64Array(memory.buffer);
    const positions = kind === "broadcast" ? [0, 8, 16] : [128, 384, 256];
    const cells = positions.map((offset) => (capacity + offset) >> 3);
    for (const cell of cells) longs[cell] = BigInt(start);
    const replay = kind === "broadcast"
      ? broadcastReplay(memory)
      : ringReplay(kind, memory, recorded.maxMsgLength);
    for (const [step, operation] of recorded.ops.entries()) {
      const [name, ...fields] = operation;
      const expected = fields.slice(-4);
      const given = fields.slice(0, -4);
      const what = `operation ${step}: ${JSON.stringify(operation)}`;
      assertEquals(replay(`${name}`, given), given, what);
      const state = [
        crc32(memory.subarray(0, capacity)),
        ...cells.map((cell) => `${longs[cell]}`),
      ];
      assertEquals(state, expected, what);
    }
  });
}

type Replay = (name: string, given: readonly Value[]) => Value[];

/** Does an operation; gives its fields with what really came of it. */
function ringReplay(
  kind: "mpsc" | "spsc",
  memory: Uint8Array,
  maxMessageLength: number | undefined,
): Replay {
  const ring: RingBuffer = kind === "mpsc"
    ? new ManyToOneRingBuffer(memory)
    : new OneToOneRingBuffer(memory);
  assertEquals(ring.maxMessageLength, maxMessageLength);
  return (name, given) => {
    const [first, second, third] = given;
    switch (name) {
      case "write":
        return [
          ...given.slice(0, 3),
          ring.write(Number(first), SOURCE, Number(second), Number(third)),
        ];
      case "tryClaim":
        return [
          ...given.slice(0, 2),
          ring.tryClaim(Number(first), Number(second)),
        ];
      case "commit":
      case "abort":
        return [Number(first), outcomeOf(() => ring[name](Number(first)))];
      case "read": {
        const seen: Value[] = [];
        const count = ring.read(
          (typeId, _, offset, length) => seen.push([typeId, offset, length]),
          Number(first),
        );
        return [Number(first), seen, count];
      }
      case "controlledRead":
        return [
          Number(first),
          ...controlledRead(ring, Number(first), second ?? []),
        ];
      case "unblock":
        return [ring.unblock()];
      case "sizeAndCorrelationId":
        return [ring.size, `${ring.nextCorrelationId()}`];
      default:
        throw new Error(`There is no operation ${name}`);
    }
  };
}

function controlledRead(
  ring: RingBuffer,
  limit: number,
  actions: Value,
): Value[] {
  const given = Array.isArray(actions) ? actions : [];
  const taken: Value[] = [];
  const seen: Value[] = [];
  let result: Value;
  try {
    result = ring.controlledRead((typeId, _, offset, length) => {
      const action = `${given[taken.length]}`;
      taken.push(action);
      seen.push([typeId, offset, length]);
      if (action === "THROW") throw new Error(action);
      return ACTIONS[action];
    }, limit);
  } catch {
    result = "threw";
  }
  return [taken, seen, result];
}

const ACTIONS: Readonly<Record<string, ControlledAction>> = {
  ABORT: "abort",
  BREAK: "break",
  COMMIT: "commit",
  CONTINUE: "continue",
};

function broadcastReplay(memory: Uint8Array): Replay {
  const transmitter = new BroadcastTransmitter(memory);
  const receiver = new BroadcastReceiver(memory);
  const copying = new CopyBroadcastReceiver(receiver);
  return (name, given) => {
    const [first, second, third] = given;
    switch (name) {
      case "transmit":
        transmitter.transmit(
          Number(first),
          SOURCE,
          Number(second),
          Number(third),
        );
        return [...given];
      case "receive": {
        let message: Value = null;
        let result: Value;
        try {
          result = copying.receive((typeId, bytes, offset, length) => {
            message = [typeId, length, length > 0 ? bytes[offset]! : -1];
          });
        } catch {
          result = "error";
        }
        return [result, message, receiver.lappedCount];
      }
      default:
        throw new Error(`There is no operation ${name}`);
    }
  };
}

function outcomeOf(act: () => void): string {
  try {
    act();
    return "ok";
  } catch (error) {
    const [, outcome] = /it was (\w+) before/.exec(String(error)) ?? [];
    return `already ${outcome}`;
  }
}

/** CRC-32 as zlib has it, in 8 hexadecimal digits. */
function crc32(bytes: Uint8Array): string {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc >>> 1) ^ (crc & 1 && 0xedb88320);
    }
  }
  return ((crc ^ -1) >>> 0).toString(16).padStart(8, "0");
}
