/**
 * Waiting until a descriptor is ready: `poll.h`. The times go by the monotonic clock.
 *
 * @module
 */

import { checkNotMapFailed, checkNotMinusOne } from "../libc/check.ts";
import { errnoName } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { Struct } from "../libc/layout.ts";
import { errnoCell, libc } from "../libc/library.ts";
import {
  MAP_PRIVATE,
  POLLIN,
  POLLOUT,
  PROT_READ,
  PROT_WRITE,
} from "../platforms/constants.ts";
import { platform } from "../platforms/platform.ts";

/** What a descriptor may be ready for. */
export type Readiness = "read" | "write";

/** Longest time that the call takes. */
const LONGEST_MS = 0x7fff_ffff;

/**
 * Waits on this thread until a descriptor is ready.
 *
 * @param ms How long at most; it may be more than the call takes.
 * @returns Whether it is ready: also when the call would fail now. False when the
 * time is over, or a part of a long one is.
 */
export function pollHere(
  fd: number,
  readiness: Readiness,
  ms: number,
  operation: string,
): boolean {
  const pollfd = new Struct(platform().layouts.pollfd);
  pollfd.set("fd", fd);
  pollfd.set("events", eventsOf(readiness));
  const result = libc().poll(pollfd.bytes, 1n, timeoutOf(ms));
  if (result !== -1) return result > 0;
  const errno = errnoCell[0] ?? 0;
  if (errnoName(errno) === "EINTR") return false;
  throw systemError("poll", errno, operation);
}

/** The bits of an event; a closed other end is told without being asked for. */
function eventsOf(readiness: Readiness): number {
  return readiness === "read" ? POLLIN : POLLOUT;
}

function timeoutOf(ms: number): number {
  return Math.min(Math.ceil(ms), LONGEST_MS);
}

/** A descriptor in a {@linkcode PollSet}. */
export interface Polled {
  readonly fd: number;
  /** Whether to wait until it can be read. */
  readonly read: boolean;
  /** Whether to wait until it can be written. */
  readonly write: boolean;
}

/**
 * Descriptors that are waited for together, on a thread of the pool, and a pipe
 * that ends the wait.
 *
 * The list lies in memory of the system's own. A worker that is terminated while
 * the kernel waits leaves it behind: the kernel writes into it at last.
 */
export class PollSet {
  readonly #pipe = openPipe();
  #pointer: Deno.PointerObject;
  #view: DataView;
  #capacity: number;

  constructor() {
    this.#capacity = libc().getpagesize() / POLLFD_SIZE;
    [this.#pointer, this.#view] = mapList(this.#capacity);
  }

  /**
   * Waits until one of the descriptors is ready, or {@linkcode PollSet.ring} is
   * called.
   *
   * @returns For each whether it can be read and written, or would fail at once.
   */
  async sleep(
    polled: readonly Polled[],
    ms: number,
  ): Promise<{ read: boolean; write: boolean }[]> {
    this.#reserve(polled.length + 1);
    this.#put(0, this.#pipe.reader, POLLIN);
    polled.forEach(({ fd, read, write }, index) => {
      const events = (read ? POLLIN : 0) | (write ? POLLOUT : 0);
      this.#put(index + 1, fd, events);
    });
    const count = BigInt(polled.length + 1);
    // Its errno cannot be read; what it could say is that a signal came first.
    await libc().poll_async(this.#pointer, count, timeoutOf(ms));
    if (this.#revents(0) !== 0) this.#drain();
    return polled.map((_, index) => {
      const revents = this.#revents(index + 1);
      // What is wrong with a descriptor is told by trying.
      const wrong = (revents & ~(POLLIN | POLLOUT)) !== 0;
      return {
        read: wrong || (revents & POLLIN) !== 0,
        write: wrong || (revents & POLLOUT) !== 0,
      };
    });
  }

  /** Ends a sleep, or the next one. */
  ring(): void {
    // A full pipe rings, too.
    libc().write(this.#pipe.writer, new Uint8Array(1), 1n);
  }

  /** Frees what it holds. Not while it sleeps. */
  close(): void {
    libc().munmap(this.#pointer, BigInt(this.#capacity * POLLFD_SIZE));
    libc().close(this.#pipe.reader);
    libc().close(this.#pipe.writer);
  }

  #put(index: number, fd: number, events: number): void {
    const { fields } = platform().layouts.pollfd;
    const start = index * POLLFD_SIZE;
    this.#view.setInt32(start + fields.fd.offset, fd, true);
    this.#view.setInt16(start + fields.events.offset, events, true);
    this.#view.setInt16(start + fields.revents.offset, 0, true);
  }

  #revents(index: number): number {
    const { revents } = platform().layouts.pollfd.fields;
    return this.#view.getInt16(index * POLLFD_SIZE + revents.offset, true);
  }

  #reserve(count: number): void {
    if (count <= this.#capacity) return;
    let capacity = this.#capacity;
    while (capacity < count) capacity *= 2;
    const [pointer, view] = mapList(capacity);
    libc().munmap(this.#pointer, BigInt(this.#capacity * POLLFD_SIZE));
    [this.#pointer, this.#view, this.#capacity] = [pointer, view, capacity];
  }

  #drain(): void {
    const bytes = new Uint8Array(64);
    while (libc().read(this.#pipe.reader, bytes, 64n) === 64n) continue;
  }
}

/** The same everywhere. */
const POLLFD_SIZE = 8;

function mapList(capacity: number): [Deno.PointerObject, DataView] {
  const { MAP_ANON } = platform().constants;
  const byteLength = capacity * POLLFD_SIZE;
  const result = libc().mmap(
    null,
    BigInt(byteLength),
    PROT_READ | PROT_WRITE,
    MAP_PRIVATE | MAP_ANON,
    -1,
    0n,
  );
  const operation = "wait for a descriptor";
  const pointer = checkNotMapFailed(result, errnoCell[0], "mmap", operation);
  const buffer = Deno.UnsafePointerView.getArrayBuffer(pointer, byteLength);
  return [pointer, new DataView(buffer)];
}

/** Numbers of `fcntl` that are the same on Linux and macOS. */
const F_SETFD = 2;
const F_SETFL = 4;
const FD_CLOEXEC = 1;

/** Creates a pipe that nobody inherits, and neither end of which blocks. */
export function openPipe(): {
  readonly reader: number;
  readonly writer: number;
} {
  const { O_CLOEXEC, O_NONBLOCK } = platform().constants;
  const { pipe, pipe2, fcntl } = libc();
  const ends = new Int32Array(2);
  const result = pipe2 === null
    ? pipe(new Uint8Array(ends.buffer))
    : pipe2(new Uint8Array(ends.buffer), O_CLOEXEC | O_NONBLOCK);
  checkNotMinusOne(result, errnoCell[0], "pipe", "wait for a descriptor");
  const [reader = -1, writer = -1] = ends;
  if (pipe2 === null) {
    for (const fd of ends) {
      const closeOnExec = BigInt(FD_CLOEXEC);
      const nonBlocking = BigInt(O_NONBLOCK);
      fcntl(fd, F_SETFD, closeOnExec, 0n, 0n, 0n, 0n, 0n, closeOnExec);
      fcntl(fd, F_SETFL, nonBlocking, 0n, 0n, 0n, 0n, 0n, nonBlocking);
    }
  }
  return { reader, writer };
}
