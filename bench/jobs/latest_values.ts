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
 * The least that it can cost in the same language. A write is a seqlock with one
 * store that is atomic, because who goes to sleep must not be missed; a read is one
 * without any; both copy by words of 64 bits.
 */
function byHand(
  byteLength: number,
  count: number,
  [write, read]: readonly Line[],
): Line[] {
  const memory = new Uint8Array(64 + byteLength);
  const words = new Int32Array(memory.buffer, 0, 16);
  // As in the library: a second array for stores and loads that must both be made.
  const marks = new Int32Array(memory.buffer, 0, 16);
  const value = new BigInt64Array(memory.buffer, 64);
  const own = new BigInt64Array(byteLength / 8);
  const length = own.length;
  const least = {
    write: best(count, () => {
      for (let i = 0; i < count; i++) {
        marks[0] = 2 * i + 1;
        for (let k = 0; k < length; k++) value[k] = own[k]!;
        words[0] = 2 * i + 2;
        Atomics.store(words, 1, i);
      }
    }),
    read: best(count, () => {
      for (let i = 0; i < count; i++) {
        const before = words[0];
        for (let k = 0; k < length; k++) own[k] = value[k]!;
        if (marks[0] !== before) throw new Error("It is torn");
      }
    }),
  };
  const compare = (act: "write" | "read", ours: Line | undefined) =>
    line(
      `Latest: ${act} ${byteLength} bytes, beside the least that Deno can do it in`,
      parseFloat(ours?.ours ?? ""),
      least[act],
    );
  return [compare("write", write), compare("read", read)];
}
