import { COUNTER } from "./cnc_layout.ts";
import type { CounterMemory } from "./counter_value.ts";

/** Fields of a counter's metadata. */
const RECORD = {
  /** i32: 0 never used, 1 allocated, -1 free again. */
  state: 0,
  typeId: 4,
  key: 16,
  labelLength: 128,
  label: 132,
} as const;

/** Fields of a counter's value, as indexes of 64 bits. */
const VALUE = { value: 0, registration: 1, owner: 2, reference: 3 } as const;

const KEY_LENGTH = 112;
const MAX_LABEL_LENGTH = 380;
const ALLOCATED = 1;
const VALUE_LONGS = COUNTER.value / 8;

/** A counter of the driver or of a client, as it was at one moment. */
export interface CounterInfo {
  /** Its index. */
  readonly id: number;
  /** What it counts: Aeron's own are below 1000. */
  readonly typeId: number;
  /** What it counts, for people. */
  readonly label: string;
  /** What it belongs to, 112 bytes whose meaning depends on the type. */
  readonly key: Uint8Array<ArrayBuffer>;
  /** Its value. */
  readonly value: bigint;
  /** Registration id of what it belongs to; 0 where there is none. */
  readonly registrationId: bigint;
  /** Client that owns it; 0 where it is the driver's. */
  readonly ownerId: bigint;
  /** What it refers to, such as the archive's id. */
  readonly referenceId: bigint;
}

const decoder = new TextDecoder();

/**
 * Reads the counters that a media driver and its clients keep: positions,
 * errors, bytes sent, heartbeats. Those of a running system change while they are
 * read.
 *
 * @example Show what is counted
 * ```ts
 * import { Aeron } from "@shmem/shmem/aeron";
 *
 * function show(aeron: Aeron) {
 *   for (const { id, label, value } of aeron.counters) {
 *     console.log(id, value, label);
 *   }
 * }
 * ```
 */
export class Counters implements Iterable<CounterInfo> {
  readonly #metadata: Uint8Array<ArrayBuffer>;
  readonly #states: Int32Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #values: CounterMemory;
  /** How many there is room for. */
  readonly capacity: number;

  /**
   * Reads the memory of counters.
   *
   * @param metadata Labels, types and keys, aligned to 8.
   * @param values Values.
   */
  constructor(metadata: Uint8Array<ArrayBuffer>, values: CounterMemory) {
    const { buffer, byteOffset, byteLength } = metadata;
    this.#metadata = metadata;
    this.#states = new Int32Array(buffer, byteOffset, byteLength >> 2);
    this.#view = new DataView(buffer, byteOffset, byteLength);
    this.#values = values;
    this.capacity = Math.min(
      Math.trunc(byteLength / COUNTER.metadata),
      Math.trunc(values.longs.length / VALUE_LONGS),
    );
  }

  /** All that are allocated. */
  *[Symbol.iterator](): Iterator<CounterInfo> {
    for (let id = 0; id < this.capacity; id++) {
      const state = this.#state(id);
      if (state === 0) return;
      const info = state === ALLOCATED ? this.info(id) : undefined;
      if (info !== undefined) yield info;
    }
  }

  /**
   * Reads a counter.
   *
   * @param id Its index.
   * @returns `undefined` when none has this index.
   */
  info(id: number): CounterInfo | undefined {
    if (!this.isAllocated(id)) return undefined;
    const start = id * COUNTER.metadata;
    const metadata = this.#metadata;
    const length = Atomics.load(
      this.#states,
      (start + RECORD.labelLength) >> 2,
    );
    // Its owner may be writing it.
    const labelLength = Math.max(0, Math.min(length, MAX_LABEL_LENGTH));
    const labelAt = start + RECORD.label;
    const keyAt = start + RECORD.key;
    return {
      id,
      typeId: this.typeIdOf(id),
      label: decoder.decode(metadata.slice(labelAt, labelAt + labelLength)),
      key: metadata.slice(keyAt, keyAt + KEY_LENGTH),
      value: this.#long(id, VALUE.value),
      registrationId: this.#long(id, VALUE.registration),
      ownerId: this.#long(id, VALUE.owner),
      referenceId: this.#long(id, VALUE.reference),
    };
  }

  /**
   * Finds the first counter that fits.
   *
   * @param predicate Returns whether it is wanted.
   */
  find(predicate: (counter: CounterInfo) => boolean): CounterInfo | undefined {
    for (const counter of this) if (predicate(counter)) return counter;
    return undefined;
  }

  /** The value of a counter; 0 when none has this index. */
  value(id: number): bigint {
    return this.isAllocated(id) ? this.#long(id, VALUE.value) : 0n;
  }

  /** Whether a counter of this index is in use. */
  isAllocated(id: number): boolean {
    return Number.isInteger(id) && id >= 0 && id < this.capacity &&
      this.#state(id) === ALLOCATED;
  }

  /** The type of a counter. */
  typeIdOf(id: number): number {
    return this.#states[(id * COUNTER.metadata + RECORD.typeId) >> 2] ?? 0;
  }

  /** 64 bits of a counter's key. */
  keyLong(id: number, byteOffset: number): bigint {
    if (this.#states.length === 0) return 0n;
    const at = id * COUNTER.metadata + RECORD.key + byteOffset;
    return this.#view.getBigInt64(at, true);
  }

  /** The index of the first counter that fits, without reading it whole. */
  findId(predicate: (id: number) => boolean): number | undefined {
    for (let id = 0; id < this.capacity; id++) {
      const state = this.#state(id);
      if (state === 0) return undefined;
      if (state === ALLOCATED && predicate(id)) return id;
    }
    return undefined;
  }

  #state(id: number): number {
    if (this.#states.length === 0) return 0;
    return Atomics.load(this.#states, (id * COUNTER.metadata) >> 2);
  }

  #long(id: number, index: number): bigint {
    const { longs } = this.#values;
    return longs.length === 0
      ? 0n
      : Atomics.load(longs, id * VALUE_LONGS + index);
  }
}
