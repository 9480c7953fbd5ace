import type { Latest } from "../../store/latest/latest.ts";
import type { StreamPlace } from "./recorded_stream.ts";

/** Bytes that a {@linkcode Latest} needs, to be the checkpoint of a bridge. */
export const CHECKPOINT_LENGTH = 16;

/** Offsets of the recording and the position, 64 bits each. */
const RECORDING = 0;
const POSITION = 8;

/** Where a bridge is in a recorded stream, in memory or in a file that outlives it. */
export class Checkpoint {
  readonly #latest: Latest;
  readonly #bytes = new Uint8Array(CHECKPOINT_LENGTH);
  readonly #view = new DataView(this.#bytes.buffer);

  /** Keeps it in a value that is there. */
  constructor(latest: Latest) {
    if (latest.byteLength < CHECKPOINT_LENGTH) {
      throw new RangeError(
        `Cannot keep the bridge's place in ${
          JSON.stringify(latest.name)
        }: it takes ${CHECKPOINT_LENGTH} bytes, and the value has ${latest.byteLength}`,
      );
    }
    this.#latest = latest;
  }

  /** The place that was kept; `undefined` when none was. */
  read(): StreamPlace | undefined {
    const bytes = this.#latest.read()?.bytes;
    if (bytes === undefined) return undefined;
    if (bytes.length < CHECKPOINT_LENGTH) {
      throw new Deno.errors.InvalidData(
        `Cannot go on from ${
          JSON.stringify(this.#latest.name)
        }: it has ${bytes.length} bytes, and no bridge's place`,
      );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return {
      recordingId: view.getBigInt64(RECORDING, true),
      position: view.getBigInt64(POSITION, true),
    };
  }

  /** Keeps a place. */
  write({ recordingId, position }: StreamPlace): void {
    this.#view.setBigInt64(RECORDING, recordingId, true);
    this.#view.setBigInt64(POSITION, position, true);
    this.#latest.write(this.#bytes);
  }
}
