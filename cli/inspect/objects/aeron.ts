import type { ByteSource } from "../bytes/byte_source.ts";
import { Words } from "../bytes/words.ts";
import {
  type AeronCounter,
  type AeronStream,
  readCounters,
} from "./aeron_counters.ts";

/** The state of a directory of Aeron's media driver. */
export interface AeronState {
  /** Version of `cnc.dat`: "0.2.0"; null while the driver is starting. */
  readonly version: string | null;
  /** The driver's process; 0 when it is not known. */
  readonly pid: number;
  /** When the driver was last seen. */
  readonly heartbeatAt: Date | null;
  /** When it was started. */
  readonly startedAt: Date | null;
  /** What the driver and its clients count. */
  readonly counters: readonly AeronCounter[];
  /** The streams that they tell about. */
  readonly streams: readonly AeronStream[];
}

/** The file of the driver that its clients open first. */
export const CNC_FILE = "cnc.dat";

const HEADER = 128;
/** Where the driver's heartbeat lies, from the end of the ring to it. */
const HEARTBEAT_FROM_END = 768 - 640;
/** What no date is beyond. */
const LAST_TIME = 8.64e15;

/** Reads the head of `cnc.dat`. */
export function readAeron(source: ByteSource): AeronState {
  const words = new Words(source.read(0, HEADER));
  const version = words.u32(0);
  const toDriver = words.i32(4);
  const at = HEADER + toDriver - HEARTBEAT_FROM_END;
  const heartbeat = toDriver >= 1024 ? source.read(at, 8) : new Uint8Array(0);
  const metadata = HEADER + toDriver + words.i32(8);
  const metadataLength = words.i32(12);
  return {
    ...isSound(version, toDriver, metadata, metadataLength)
      ? readCounters(source, {
        metadata,
        metadataLength,
        values: metadata + metadataLength,
      })
      : { counters: [], streams: [] },
    version: version === 0
      ? null
      : `${version >>> 16}.${version >>> 8 & 0xff}.${version & 0xff}`,
    pid: words.i64(40),
    heartbeatAt: toDate(new Words(heartbeat).i64(0)),
    startedAt: toDate(words.i64(32)),
  };
}

/** Whether lengths of a header lead anywhere. */
function isSound(version: number, ...lengths: number[]): boolean {
  return version !== 0 && lengths.every((length) => length > 0);
}

function toDate(ms: number): Date | null {
  return ms > 0 && ms < LAST_TIME ? new Date(ms) : null;
}
