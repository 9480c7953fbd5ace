import { BroadcastReceiver } from "../../channel/broadcast/broadcast_receiver.ts";
import { CopyBroadcastReceiver } from "../../channel/broadcast/copy_broadcast_receiver.ts";
import { isPlainEnough } from "../../channel/buffers/store_order.ts";
import { ManyToOneRingBuffer } from "../../channel/ring/many_to_one_ring_buffer.ts";
import { MappedFile } from "../../memory/file/mapped_file.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import {
  CNC_HEADER_LENGTH,
  type CncShape,
  readCncShape,
  type Section,
} from "./cnc_layout.ts";
import type { CounterMemory } from "./counter_value.ts";

/** Longest answer of a driver: an error with the trace of where it comes from. */
const LONGEST_EVENT = 2 ** 16;

/** `cnc.dat`, mapped by a client. */
export class CncFile implements Disposable {
  /** What its header says. */
  readonly shape: CncShape;
  /** Commands to the driver. */
  readonly toDriver: ManyToOneRingBuffer;
  /** The driver's answers. */
  readonly toClients: CopyBroadcastReceiver;
  /** Labels, types and keys of the counters. */
  readonly metadata: Uint8Array<ArrayBuffer>;
  /** Their values. */
  readonly values: CounterMemory;
  readonly #mapping: Mapping<"read-write">;

  private constructor(mapping: Mapping<"read-write">, shape: CncShape) {
    const { bytes } = mapping;
    const part = ({ offset, length }: Section) =>
      bytes.subarray(offset, offset + length);
    this.#mapping = mapping;
    this.shape = shape;
    this.toDriver = new ManyToOneRingBuffer(part(shape.toDriver));
    this.toClients = new CopyBroadcastReceiver(
      new BroadcastReceiver(part(shape.toClients)),
      LONGEST_EVENT,
    );
    this.metadata = part(shape.countersMetadata);
    const { offset, length } = shape.countersValues;
    const start = bytes.byteOffset + offset;
    this.values = {
      words: new Int32Array(bytes.buffer, start, length / 4),
      longs: new BigInt64Array(bytes.buffer, start, length / 8),
      inOrder: isPlainEnough({}),
    };
  }

  /**
   * Maps the file.
   *
   * @returns `undefined` while the driver has not finished it.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {TypeError} When it is something else.
   */
  static open(path: string): CncFile | undefined {
    // The driver has written every page of it.
    using file = MappedFile.open(path, { access: "read-write", sparse: true });
    const { size } = file;
    if (size < CNC_HEADER_LENGTH) return undefined;
    using undo = new DisposableStack();
    const mapping = undo.use(file.map());
    // Not before the version, which is written last, is any of the rest there.
    const { buffer, byteOffset } = mapping.bytes;
    const version = new Int32Array(buffer, byteOffset, 1);
    if (Atomics.load(version, 0) === 0) return undefined;
    const header = mapping.bytes.slice(0, CNC_HEADER_LENGTH);
    const shape = readCncShape(new DataView(header.buffer), size, path);
    if (shape === undefined) return undefined;
    const cnc = new CncFile(mapping, shape);
    undo.move();
    return cnc;
  }

  /** Unmaps it. Harmless when done before. */
  [Symbol.dispose](): void {
    this.#mapping.unmap();
  }
}
