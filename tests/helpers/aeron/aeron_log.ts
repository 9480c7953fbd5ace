/**
 * Logs and counters as a driver makes them, without a driver: for tests of what stands
 * in them.
 *
 * @module
 */

import { CounterValue } from "../../../aeron/cnc/counter_value.ts";
import { LogBuffer } from "../../../aeron/log/log_buffer.ts";
import { METADATA } from "../../../aeron/log/log_layout.ts";

/** Bytes of a term. */
export const TERM_LENGTH = 65536;
const METADATA_START = 3 * TERM_LENGTH;

/** What a log starts with. */
export interface LogStart {
  readonly initialTermId?: number;
  /** How often terms were rotated before. */
  readonly termCount?: number;
  readonly offset?: number;
}

/** A log in a file of its own, and two counters. */
export interface TestLog extends Disposable {
  readonly path: string;
  readonly log: LogBuffer;
  /** Another mapping of the same file, as another process has it. */
  readonly other: LogBuffer;
  /** How far publications may go. */
  readonly limit: CounterValue;
  /** Where a reader is. */
  readonly position: CounterValue;
}

/** Makes a log. */
export function makeLog(start: LogStart = {}): TestLog {
  using undo = new DisposableStack();
  const path = Deno.makeTempFileSync({ suffix: ".logbuffer" });
  undo.defer(() => Deno.removeSync(path));
  Deno.writeFileSync(path, logBytes(start));
  const log = undo.use(LogBuffer.open(path, false));
  const other = undo.use(LogBuffer.open(path, false));
  const longs = new BigInt64Array(64);
  const memory = { words: new Int32Array(longs.buffer), longs, inOrder: true };
  const owned = undo.move();
  return {
    path,
    log,
    other,
    limit: new CounterValue(memory, 1),
    position: new CounterValue(memory, 2),
    [Symbol.dispose]: () => owned.dispose(),
  };
}

/** The bytes of a log. */
export function logBytes(
  { initialTermId = 7, termCount = 0, offset = 0 }: LogStart = {},
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(METADATA_START + 4096);
  const view = new DataView(bytes.buffer, METADATA_START);
  for (let i = 0; i < 3; i++) {
    // The active term, and the two that come: as if they were three terms old.
    const count = termCount + i;
    const termId = initialTermId + count - (i === 0 ? 0 : 3);
    const at = METADATA.tails + 8 * (count % 3);
    view.setInt32(at, i === 0 ? offset : 0, true);
    view.setInt32(at + 4, termId | 0, true);
  }
  view.setInt32(METADATA.activeTermCount, termCount, true);
  view.setBigInt64(METADATA.endOfStreamPosition, 2n ** 63n - 1n, true);
  view.setInt32(METADATA.isConnected, 1, true);
  view.setInt32(METADATA.initialTermId, initialTermId, true);
  view.setInt32(METADATA.mtu, 1408, true);
  view.setInt32(METADATA.termLength, TERM_LENGTH, true);
  view.setInt32(METADATA.pageSize, 4096, true);
  return bytes;
}

/** Numbers that look random and are the same each time. */
export function randomWords(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state | 0;
  };
}
