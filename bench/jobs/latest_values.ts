import { Latest } from "../../store/mod.ts";
import { Peer } from "../peer.ts";
import type { Line } from "../report.ts";
import { takeTurns, timeOf } from "../rounds.ts";
import { line } from "./lines.ts";

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
  return lines;
}
