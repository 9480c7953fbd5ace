import { ANNOUNCED, repairAtHead, WRAPS } from "./claim_repair.ts";
import { align, HEADER_LENGTH, padRecord } from "./record_layout.ts";
import { FULL, RingBuffer } from "./ring_buffer.ts";

const MIN_CAPACITY = 8;
/** {@linkcode HEADER_LENGTH}; an imported name is loaded and checked at each use. */
const HEADER = 8;
/** {@linkcode ANNOUNCED}, for the same reason. */
const CLAIMED = ANNOUNCED;
const HIGH_WORD = 1;

/**
 * Where a consumer notes, behind the data area, the position that the head will
 * have when the memory in front of it is zero. In padding of the format.
 */
const JOURNAL = 392;

/** Up to here a loop over words is faster than a call of `fill`. */
const WORDWISE_LENGTH = 256;

/** A claim fails as often only when a peer moves the tail to no purpose. */
const MAX_TRIES = 1_000_000;

let recover: (ring: ManyToOneRingBuffer) => void;
let announce: (ring: ManyToOneRingBuffer, wordIndex: number) => void;
let repair: (
  ring: ManyToOneRingBuffer,
  live: () => readonly number[],
  dead: readonly number[],
) => boolean;

/**
 * A ring buffer for any number of producers, in any processes, and one
 * consumer, in the bytes of Agrona's class of the same name.
 *
 * The consumer zeroes what it has read, so that a claim is zero until its
 * producer writes its header.
 *
 * @example Write and read
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { ManyToOneRingBuffer, RING_TRAILER_LENGTH } from "@shmem/shmem/channel";
 *
 * using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
 * using mapping = memory.map();
 * const ring = new ManyToOneRingBuffer(mapping.bytes);
 * const offset = ring.tryClaim(7, 4);
 * mapping.bytes.set([1, 2, 3, 4], offset);
 * ring.commit(offset);
 * console.log(ring.read((typeId) => console.log(typeId))); // 7, then 1
 * ```
 */
export class ManyToOneRingBuffer extends RingBuffer {
  /** Index in {@linkcode RingBuffer.words} of the word for claims, if any. */
  #announced = -1;

  static {
    recover = (ring) => ring.#recover();
    announce = (ring, wordIndex) => ring.#announced = wordIndex;
    repair = (ring, live, dead) => ring.#repair(live, dead);
  }

  /**
   * Attaches to memory.
   *
   * @param memory A power of two of at least 8, and 768 bytes more; zeroed when
   * new, aligned to 8.
   * @throws {RangeError} When size or alignment do not fit.
   */
  constructor(memory: Uint8Array) {
    super(memory, MIN_CAPACITY);
  }

  /**
   * Frees a ring that a producer blocks which died with a claim, as
   * {@linkcode RingBuffer.unblock} says.
   *
   * @returns Whether anything was changed.
   */
  override unblock(): boolean {
    this.checkIdle("unblock");
    const head = this.consumerPosition;
    const tail = this.producerPosition;
    if (head === tail) return false;
    const { words, mask } = this;
    const start = Number(BigInt.asIntN(32, head)) & mask;
    this.checkIndex(start);
    const word = start >> 2;
    const length = Atomics.load(words, word);
    if (length > 0) return false;
    if (length < 0) {
      if (-length < HEADER_LENGTH || -length > this.capacity - start) {
        return false;
      }
      padRecord(words, start, -length);
      return true;
    }
    return this.#unblockUnwritten(
      start,
      Number(BigInt.asIntN(32, tail)) & mask,
    );
  }

  /** Writes a message, as {@linkcode RingBuffer.write} says. */
  override write(
    typeId: number,
    source: Uint8Array,
    offset = 0,
    length?: number,
  ): boolean {
    const { heldLongs } = this;
    const count = heldLongs.length;
    if (
      source === this.heldSource && offset === 0 && length === undefined &&
      (typeId | 0) === typeId && typeId > 0 && count > 0 &&
      this.heldTail === undefined &&
      this.inOrder === true
    ) {
      const recordLength = (count << 3) + HEADER;
      const index = this.claim(recordLength);
      if (index < 0) return false;
      const { words, longs } = this;
      const word = index >> 2;
      const payload = (index >> 3) + 1;
      words[word] = -recordLength;
      for (let i = 0; i < count; i++) longs[payload + i] = heldLongs[i]!;
      words[word + 1] = typeId;
      words[word] = recordLength;
      return true;
    }
    return super.write(typeId, source, offset, length);
  }

  /**
   * Claims room for a record. What is loaded plainly here need not be new: an old
   * head means less room, and an old tail makes the compare-exchange fail.
   */
  protected override claim(recordLength: number): number {
    const { words, capacity } = this;
    const aligned = (recordLength + 7) & -8;
    const tail = words[this.tail]!;
    const index = tail & this.mask;
    const next = (tail + aligned) | 0;
    if (
      (index & 7) === 0 && aligned <= capacity - index &&
      aligned <= capacity - ((tail - words[this.headCache]!) | 0) &&
      (tail >= 0 || next < 0)
    ) {
      if (this.#announced >= 0) words[this.#announced] = tail | CLAIMED;
      if (Atomics.compareExchange(words, this.tail, tail, next) === tail) {
        return index;
      }
    }
    return this.#claimElsewhere(recordLength);
  }

  #claimElsewhere(recordLength: number): number {
    const { words, capacity, mask } = this;
    const announced = this.#announced;
    const aligned = align(recordLength);
    let head = Atomics.load(words, this.headCache);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const tail = Atomics.load(words, this.tail);
      if (aligned > capacity - ((tail - head) | 0)) {
        head = Atomics.load(words, this.head);
        if (aligned > capacity - ((tail - head) | 0)) {
          this.#withdraw();
          return FULL;
        }
        this.cacheHead(head);
      }
      const index = tail & mask;
      this.checkIndex(index);
      const toEnd = capacity - index;
      let padding = 0;
      let target = index;
      let claimed = aligned;
      if (aligned > toEnd) {
        padding = toEnd;
        target = 0;
        claimed += toEnd;
        if (aligned > (head & mask)) {
          head = Atomics.load(words, this.head);
          if (aligned > (head & mask)) {
            claimed = toEnd;
            target = FULL;
          }
          this.cacheHead(head);
        }
      }
      if (announced >= 0) {
        words[announced] = tail | (padding > 0 ? ANNOUNCED | WRAPS : ANNOUNCED);
      }
      if (!this.#moveTail(tail, claimed)) continue;
      if (padding > 0) this.pad(index, padding);
      if (target === FULL) this.#withdraw();
      return target;
    }
    this.#withdraw();
    throw new TypeError(
      "Cannot write to ring buffer: a peer that breaks the format moves the tail without end; make the ring anew",
    );
  }

  /**
   * Bytes in one piece that a claim would get now; another producer may take
   * them first.
   */
  protected override room(wanted: number): number {
    const { words, capacity } = this;
    let head = Atomics.load(words, this.headCache);
    const tail = Atomics.load(words, this.tail);
    const toEnd = capacity - (tail & this.mask);
    if (capacity - ((tail - head) | 0) < Math.min(wanted, toEnd)) {
      head = Atomics.load(words, this.head);
      this.cacheHead(head);
    }
    return Math.min(capacity - ((tail - head) | 0), toEnd);
  }

  /**
   * Gives memory back to the producers. What is to be zeroed is noted first: a
   * successor of a consumer that dies in between cannot see it, because zeroed
   * records are no records any more.
   */
  protected override publish(start: number, byteLength: number): void {
    const { words, head } = this;
    const low = words[head]!;
    const next = (low + byteLength) | 0;
    const carry = next >>> 0 < low >>> 0 ? 1 : 0;
    const journal = (this.capacity + JOURNAL) >> 2;
    words[journal + HIGH_WORD] = words[head + HIGH_WORD]! + carry;
    words[journal] = next;
    this.#zero(start, byteLength);
    this.advance(head, byteLength);
  }

  #zero(start: number, byteLength: number): void {
    if (byteLength > WORDWISE_LENGTH) {
      this.bytes.fill(0, start, start + byteLength);
      return;
    }
    const { words } = this;
    const end = (start + byteLength) >> 2;
    for (let word = start >> 2; word < end; word++) words[word] = 0;
  }

  /** Finishes the publishing in which a former consumer died. */
  #recover(): void {
    this.checkIdle("recover");
    const head = this.consumerPosition;
    const journal = Atomics.load(this.longs, (this.capacity + JOURNAL) >> 3);
    const start = Number(BigInt.asIntN(32, head)) & this.mask;
    this.checkIndex(start);
    const byteLength = BigInt.asIntN(64, journal - head);
    if (byteLength < 1n || byteLength > BigInt(this.capacity - start)) return;
    this.checkIndex(Number(byteLength));
    this.publish(start, Number(byteLength));
  }

  /** No claim is under way: what was announced may be another's by now. */
  #withdraw(): void {
    if (this.#announced >= 0) this.words[this.#announced] = 0;
  }

  #repair(live: () => readonly number[], dead: readonly number[]): boolean {
    this.checkIdle("repair");
    this.checkIndex(this.words[this.head]! & this.mask);
    const { words, tail, head, capacity } = this;
    const memory = { words, tail, head, capacity };
    return repairAtHead(
      memory,
      live,
      dead,
      (...record) => this.refuse(...record),
    );
  }

  /**
   * A store with release order lets later plain stores pass it on weakly ordered
   * processors; a sequentially consistent load behind it does not. `unblock`
   * relies on it: it takes the first word that is not zero for a header.
   */
  protected override begin(word: number, recordLength: number): void {
    const { words } = this;
    if (this.inOrder === true) {
      words[word] = -recordLength;
      return;
    }
    Atomics.store(words, word, -recordLength);
    Atomics.load(words, word);
  }

  /**
   * Moves the tail, unless another producer did meanwhile.
   *
   * Others compare all 64 bits, and here mostly 32 are compared. That is sound:
   * processors order accesses of different sizes to one aligned word as they
   * order those of one size, so of two that compare at once one fails, whatever
   * their sizes. What 32 bits cannot tell is a tail that has gone round by
   * exactly a multiple of 4 GiB while this producer stood still between its load
   * and its compare-exchange; 64 bits would cost each claim half as much again.
   */
  #moveTail(low: number, byteLength: number): boolean {
    const next = (low + byteLength) | 0;
    // Where the low word wraps, both must change at once.
    if (next >>> 0 >= low >>> 0) {
      return Atomics.compareExchange(this.words, this.tail, low, next) === low;
    }
    const high = Atomics.load(this.words, this.tail + HIGH_WORD);
    const before = toLong(high, low);
    const after = BigInt.asIntN(64, before + BigInt(byteLength));
    return Atomics.compareExchange(
      this.longs,
      this.tail >> 1,
      before,
      after,
    ) === before;
  }

  /** A claim without a header reaches up to the first thing that was written. */
  #unblockUnwritten(start: number, tailIndex: number): boolean {
    const { words } = this;
    const limit = tailIndex > start ? tailIndex : this.capacity;
    let index = start + 8;
    // As in Agrona the first word is looked at even where it is the limit; not
    // where that is behind the data area.
    while (index < this.capacity && Atomics.load(words, index >> 2) === 0) {
      index += 8;
      if (index >= limit) return false;
    }
    if (index >= this.capacity) return false;
    for (let back = index - 8; back >= start; back -= 8) {
      // A producer has woken up meanwhile.
      if (Atomics.load(words, back >> 2) !== 0) return false;
    }
    padRecord(words, start, index - start);
    return true;
  }
}

function toLong(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/**
 * Finishes what a consumer that died was about to give back to the producers,
 * for the layer alone: a new consumer calls it before it reads.
 */
export function recoverConsumer(ring: ManyToOneRingBuffer): void {
  recover(ring);
}

/**
 * Says from now on in a word of the memory which claim is under way, for the
 * layer alone. Each producer that does so needs a word of its own.
 *
 * The word holds the low word of the position at which the last claim starts,
 * which is a multiple of 8; bit 0 says that it holds one, bit 1 that the claim
 * needs the start of the data area besides. 0 means that there is none. It
 * stays after a claim until the next one, and while another producer's death is
 * being repaired it counts: with it, a producer should not have several claims
 * open at once.
 *
 * @param wordIndex Index of the word in {@linkcode RingViews.words}; -1: stop it.
 */
export function announceClaims(
  ring: ManyToOneRingBuffer,
  wordIndex: number,
): void {
  announce(ring, wordIndex);
}

/**
 * Makes padding of the claim at the head if a producer left it that died, for
 * the layer alone. Unlike {@linkcode RingBuffer.unblock} it takes nothing for
 * dead that is only slow, needs no record behind the gap, and frees one that
 * reaches to the end of the data area. It knows nothing of producers that
 * announce nothing. Only the consumer may call it.
 *
 * @param live Gives the announcements of all who may be at work: it is called
 * when the tail was loaded, because they are only then certain to count in
 * whoever has claimed up to there.
 * @param dead Announcements of those that are known to be dead.
 * @returns Whether something was repaired; call it again then.
 * @throws {TypeError} When the memory holds no ring that a sound peer wrote.
 */
export function repairClaim(
  ring: ManyToOneRingBuffer,
  live: () => readonly number[],
  dead: readonly number[],
): boolean {
  return repair(ring, live, dead);
}
