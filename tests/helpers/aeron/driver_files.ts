/**
 * The files of a media driver, written by a test: what a driver may do that a real one
 * does once in a blue moon, such as an image whose log is gone when it is announced.
 *
 * @module
 */

import { BroadcastTransmitter } from "../../../channel/broadcast/broadcast_transmitter.ts";
import { ManyToOneRingBuffer } from "../../../channel/ring/many_to_one_ring_buffer.ts";
import { MappedFile } from "../../../memory/file/mapped_file.ts";
import { logBytes } from "./aeron_log.ts";

/** Lengths of the sections; the ring is short, so that it is filled by some commands. */
const TO_DRIVER = 4096 + 768;
const TO_CLIENTS = 2 ** 18 + 128;
const COUNTERS = 64;
const METADATA = COUNTERS * 512;
const VALUES = COUNTERS * 128;
const ERRORS = 4096;
const HEADER = 128;

const encoder = new TextEncoder();

/** A command of a client. */
export interface SeenCommand {
  readonly type: number;
  readonly clientId: bigint;
  readonly correlationId: bigint;
}

/** The files of a driver that does what its test says. */
export class DriverFiles implements Disposable {
  /** Where they are. */
  readonly directory: string;
  /** Commands of clients: full when nobody takes them. */
  readonly commands: ManyToOneRingBuffer;
  /** How much `cnc.dat` can carry to clients before it is written over. */
  readonly capacity: number;
  readonly #events: BroadcastTransmitter;
  readonly #metadata: DataView;
  readonly #values: DataView;
  readonly #stack: DisposableStack;

  constructor() {
    using stack = new DisposableStack();
    const directory = Deno.makeTempDirSync();
    stack.defer(() => Deno.removeSync(directory, { recursive: true }));
    Deno.mkdirSync(`${directory}/publications`);
    const lengths = [TO_DRIVER, TO_CLIENTS, METADATA, VALUES, ERRORS];
    const total = HEADER + lengths.reduce((sum, length) => sum + length, 0);
    const path = `${directory}/cnc.dat`;
    Deno.writeFileSync(path, new Uint8Array(total));
    using file = MappedFile.open(path, { access: "read-write" });
    const { bytes } = stack.use(file.map());
    const { buffer, byteOffset } = bytes;
    let at = HEADER;
    const [toDriver, toClients, metadata, values] = lengths.map((length) => {
      const part = bytes.subarray(at, at + length);
      at += length;
      return part;
    });
    this.commands = new ManyToOneRingBuffer(toDriver!);
    this.commands.consumerHeartbeatTime = BigInt(Date.now());
    this.#events = new BroadcastTransmitter(toClients!);
    this.capacity = this.#events.capacity;
    const viewOf = ({ byteOffset, byteLength }: Uint8Array) =>
      new DataView(buffer, byteOffset, byteLength);
    this.#metadata = viewOf(metadata!);
    this.#values = viewOf(values!);
    const header = new DataView(buffer, byteOffset, HEADER);
    lengths.forEach((length, i) => header.setInt32(4 + 4 * i, length, true));
    header.setBigInt64(24, 10_000_000_000n, true);
    header.setBigInt64(40, BigInt(Deno.pid), true);
    header.setInt32(0, 0x000200, true);
    this.directory = directory;
    this.#stack = stack.move();
  }

  /** Takes the commands that have come. */
  take(): SeenCommand[] {
    const seen: SeenCommand[] = [];
    this.commands.read((type, bytes, offset) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 16);
      seen.push({
        type,
        clientId: view.getBigInt64(0, true),
        correlationId: view.getBigInt64(8, true),
      });
    });
    return seen;
  }

  /** Tells all clients something. */
  tell(type: number, ...fields: readonly (number | bigint | string)[]): void {
    const bytes = new Uint8Array(2 ** 15);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const field of fields) {
      if (typeof field === "bigint") {
        view.setBigInt64(at, field, true);
        at += 8;
      } else if (typeof field === "number") {
        view.setInt32(at, field, true);
        at += 4;
      } else {
        at = (at + 3) & -4;
        view.setInt32(at, field.length, true);
        bytes.set(encoder.encode(field), at + 4);
        at += 4 + field.length;
      }
    }
    this.#events.transmit(type, bytes, 0, at);
  }

  /** Makes an empty log, and returns its path. */
  addLog(name: string): string {
    const path = `${this.directory}/publications/${name}.logbuffer`;
    Deno.writeFileSync(path, logBytes());
    return path;
  }

  /** Allocates a counter with an i64 as its key, or frees it. */
  setCounter(id: number, state: number, type: number, key: bigint): void {
    const at = id * 512;
    this.#metadata.setInt32(at + 4, type, true);
    this.#metadata.setBigInt64(at + 16, key, true);
    this.#metadata.setInt32(at, state, true);
  }

  /** The value of a counter. */
  counter(id: number): bigint {
    return this.#values.getBigInt64(id * 128, true);
  }

  /** Removes them. */
  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}
