/**
 * Values, maps and queues, against what a program writes by hand or has in one
 * process.
 *
 * @module
 */

import { Latest, SharedMap, WorkQueue } from "../../store/mod.ts";
import { f64, struct, u32 } from "../../struct/mod.ts";
import type { Line, Report } from "../report.ts";

const ROUNDS = 25;

/** Nanoseconds that one of `count` takes, in the best of some rounds. */
function best(count: number, run: () => void): number {
  let shortest = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    run();
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest * 1e6 / count;
}

function line(
  what: string,
  ours: number,
  peer: number,
  goal?: Line["goal"],
): Line {
  return {
    what,
    ours: `${ours.toFixed(1)} ns`,
    peer: `${peer.toFixed(1)} ns`,
    ratio: ours / peer,
    ...(goal === undefined ? {} : { goal }),
  };
}

/** Measures. */
export async function jobs(): Promise<Report> {
  return {
    question: "What do structs, newest values, maps and queues cost?",
    peer: "DataView by hand; memory copied; a Map; an array, in one process",
    ratio: "time of ours / time of theirs",
    lines: [
      ...structs(),
      ...latest(64, 100_000),
      ...latest(3_686_400, 20),
      ...maps(),
      await queues(),
    ],
  };
}

/** 64 bytes a record, 20 000 of them: two reads and two writes each. */
function structs(): Line[] {
  const Trade = struct({
    id: u32,
    quantity: u32,
    price: f64,
    total: f64,
  }, { align: 64 });
  const count = 20_000;
  const bytes = new Uint8Array(count * Trade.size);
  const view = Trade.at(bytes);
  const plain = new DataView(bytes.buffer);
  const ours = best(count, () => {
    for (let i = 0; i < count; i++) {
      view.moveTo(i * 64);
      view.total = view.price * 1.5;
      view.quantity = i;
      view.price = i + view.quantity;
    }
  });
  const theirs = best(count, () => {
    for (let i = 0; i < count; i++) {
      const at = i * 64;
      plain.setFloat64(at + 16, plain.getFloat64(at + 8, true) * 1.5, true);
      plain.setUint32(at + 4, i, true);
      plain.setFloat64(at + 8, i + plain.getUint32(at + 4, true), true);
    }
  });
  return [
    line("struct: a record with 2 reads and 3 writes", ours, theirs, {
      atMost: 1.3,
    }),
  ];
}

function latest(byteLength: number, count: number): Line[] {
  const name = `/shmem-bench-${crypto.randomUUID()}`;
  using cleanup = new DisposableStack();
  const value = cleanup.use(Latest.create(name, { byteLength }));
  cleanup.defer(() => value.unlink());
  const source = new Uint8Array(byteLength).fill(1);
  const target = new Uint8Array(byteLength);
  // As many places as the value has slots: caches see the same.
  const targets = Array.from({ length: 4 }, () => new Uint8Array(byteLength));
  const copy = best(count, () => {
    for (let i = 0; i < count; i++) targets[i & 3]?.set(source);
  });
  const write = best(count, () => {
    for (let i = 0; i < count; i++) value.write(source);
  });
  const read = best(count, () => {
    for (let i = 0; i < count; i++) value.readInto(target);
  });
  const large = byteLength > 1_000_000;
  const goal = large ? { goal: { atMost: 1.2 } } : {};
  return [
    {
      ...line(
        `Latest: write ${byteLength} bytes, beside set() into 4 places`,
        write,
        copy,
      ),
      ...goal,
    },
    {
      ...line(
        `Latest: read ${byteLength} bytes, beside set() into 4 places`,
        read,
        copy,
      ),
      ...goal,
    },
  ];
}

function maps(): Line[] {
  const name = `/shmem-bench-${crypto.randomUUID()}`;
  using cleanup = new DisposableStack();
  const map = cleanup.use(SharedMap.create(name, { budget: 2 ** 24 }));
  cleanup.defer(() => map.unlink());
  const plain = new Map<string, Uint8Array>();
  const keys = Array.from({ length: 1000 }, (_, i) => `key:${i}`);
  const value = new Uint8Array(64);
  const set = best(keys.length, () => {
    for (const key of keys) map.set(key, value);
  });
  const plainSet = best(keys.length, () => {
    for (const key of keys) plain.set(key, value.slice());
  });
  const get = best(keys.length, () => {
    for (const key of keys) map.get(key);
  });
  const plainGet = best(keys.length, () => {
    for (const key of keys) plain.get(key)?.slice();
  });
  return [
    line("SharedMap: set 64 bytes, beside a Map with copies", set, plainSet),
    line("SharedMap: get 64 bytes, beside a Map with copies", get, plainGet),
  ];
}

async function queues(): Promise<Line> {
  const name = `/shmem-bench-${crypto.randomUUID()}`;
  using cleanup = new DisposableStack();
  const queue = cleanup.use(
    WorkQueue.create(name, { jobs: 1000, byteLength: 64 }),
  );
  cleanup.defer(() => queue.unlink());
  const value = new Uint8Array(64);
  const count = 20_000;
  let shortest = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      await queue.put(value);
      const job = await queue.take();
      job.done();
    }
    shortest = Math.min(shortest, performance.now() - start);
  }
  const list: Uint8Array[] = [];
  const plain = best(count, () => {
    for (let i = 0; i < count; i++) {
      list.push(value.slice());
      list.shift();
    }
  });
  return line(
    "WorkQueue: put, take and done, beside an array with copies",
    shortest * 1e6 / count,
    plain,
  );
}
