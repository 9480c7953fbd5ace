import { Latest } from "../../store/mod.ts";
import { Peer } from "../peer.ts";
import type { Line } from "../report.ts";
import { takeTurns, timeOf } from "../rounds.ts";
import { best, line } from "./lines.ts";

const ROUNDS = 9;

/** Writes and reads, beside a seqlock in C, or memcpy where values are large. */
export async function latestValues(
  byteLength: number,
  count: number,
): Promise<Line[]> {
  const isLarge = byteLength > 1_000_000;
  const name = `/shmem-bench-${crypto.randomUUID()}`;
  using cleanup = new DisposableStack();
  const value = cleanup.use(Latest.create(name, { byteLength }));
  cleanup.defer(() => value.unlink());
  await using peer = await Peer.start(
    "bench/peers/jobs/seqlock.c",
    String(byteLength),
  );
  const bytes = new Uint8Array(byteLength).fill(7);
  const acts = {
    write: () => {
      for (let i = 0; i < count; i++) value.write(bytes);
    },
    read: () => {
      for (let i = 0; i < count; i++) value.readInto(bytes);
    },
  };
  const lines: Line[] = [];
  for (const act of ["write", "read"] as const) {
    const times = await takeTurns(
      ROUNDS,
      () => timeOf(acts[act]),
      () => peer.time(`${isLarge ? "copy" : act} ${count}`),
    );
    lines.push(line(
      `Latest: ${act} ${byteLength} bytes, beside ${
        isLarge ? "memcpy" : "a seqlock"
      } in C`,
      times.ours / count,
      times.peer / count,
      { atMost: isLarge ? 1.2 : 3 },
    ));
  }
  return isLarge ? lines : [...lines, ...byHand(byteLength, count, lines)];
}

/**
 * The same as a seqlock by hand, in the same language: what its atomic stores and
 * loads, and the copy, take at least. Each of them is a call of the runtime.
 */
function byHand(
  byteLength: number,
  count: number,
  [write, read]: readonly Line[],
): Line[] {
  const memory = new Uint8Array(64 + byteLength);
  const words = new Int32Array(memory.buffer, 0, 16);
  const value = memory.subarray(64);
  const own = new Uint8Array(byteLength);
  const fence = new Int32Array(1);
  const least = {
    write: best(count, () => {
      for (let i = 0; i < count; i++) {
        Atomics.store(words, 0, 2 * i + 1);
        value.set(own);
        Atomics.store(words, 0, 2 * i + 2);
      }
    }),
    read: best(count, () => {
      for (let i = 0; i < count; i++) {
        const before = Atomics.load(words, 0);
        own.set(value);
        Atomics.store(fence, 0, 0);
        if (Atomics.load(words, 0) !== before) throw new Error("It is torn");
      }
    }),
  };
  const compare = (act: "write" | "read", ours: Line | undefined) =>
    line(
      `Latest: ${act} ${byteLength} bytes, beside a seqlock by hand in Deno`,
      parseFloat(ours?.ours ?? ""),
      least[act],
    );
  return [compare("write", write), compare("read", read)];
}
