import { Segment } from "../../../memory/sysv/segment.ts";
import type { ReadonlyBytes } from "../../../memory/views/readonly_bytes.ts";
import type { Mapping } from "../../../memory/mapping/mapping.ts";
import { parseAddress } from "../address.ts";
import { ByteSource } from "./byte_source.ts";

/** What bytes can be copied from, until it is disposed of. */
export interface Bytes extends Disposable {
  /** Size in bytes. */
  readonly size: number;
  /** Copies bytes; fewer than asked for at the end. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/**
 * Opens what has bytes: a POSIX object, a file, a semaphore with a name, a segment.
 *
 * @throws {Deno.errors.NotFound} When there is none.
 * @throws {TypeError} When it has no bytes.
 */
export function openBytes(text: string): Bytes {
  const address = parseAddress(text);
  const { space, id, key } = address;
  if (space !== "segment") return ByteSource.open(address);
  return new SegmentBytes(
    Segment.open(key === undefined ? { id: id ?? -1 } : { key }),
  );
}

/** A segment can only be attached; nobody can cut it short. */
class SegmentBytes implements Bytes {
  readonly #segment: Segment;
  readonly #mapping: Mapping<"read">;
  readonly #bytes: ReadonlyBytes;

  constructor(segment: Segment) {
    this.#segment = segment;
    this.#mapping = segment.attach({ access: "read" });
    this.#bytes = this.#mapping.bytes;
  }

  get size(): number {
    return this.#bytes.byteLength;
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(offset, offset + length);
  }

  [Symbol.dispose](): void {
    this.#mapping.unmap();
    this.#segment.close();
  }
}
