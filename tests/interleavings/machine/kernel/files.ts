/**
 * Files and shared memory objects: names, sizes, openings with their locks, and
 * what is mapped. Locks go with the opening that took them, and openings with
 * their process, as in `flock(2)` and `fcntl(2)`.
 *
 * @module
 */

import { mix } from "../memory/view.ts";
import { Violation } from "../options.ts";

/** Whether others may lock the same, too. */
export type LockKind = "shared" | "exclusive";

/** A file, with or without a name. */
interface Inode {
  size: number;
  links: number;
  /** Where its bytes begin in the memory of the machine, when it has some. */
  base: number;
}

/** A file that a participant has open. */
export interface Opening {
  readonly who: number;
  readonly fd: number;
  readonly inode: number;
  /** Which end of a pipe it is, if it is one. */
  readonly end: "read" | "write" | undefined;
  /** The lock on the whole file, if it has one. */
  lock: LockKind | undefined;
  /** Locks on ranges, by where they start. */
  readonly ranges: Map<number, LockKind>;
}

/** What a participant has mapped. */
interface Mapped {
  readonly who: number;
  readonly inode: number;
  readonly end: number;
}

/** All files of one schedule. */
export class Files {
  readonly names = new Map<string, number>();
  readonly inodes: Inode[] = [];
  readonly openings: Opening[] = [];
  readonly mapped: Mapped[] = [];
  /** How many files each participant has opened. */
  readonly #opened = new Map<number, number>();
  readonly #fileLength: number;
  /** How many files have been given bytes of their own. */
  #sized = 0;

  /**
   * Begins with the files that others left, nobody having them open.
   *
   * @param fileLength Bytes of each; 0 when the first has all memory.
   */
  constructor(fileLength: number, before?: Files) {
    this.#fileLength = fileLength;
    if (before === undefined) return;
    this.#sized = before.#sized;
    for (const [name, inode] of before.names) this.names.set(name, inode);
    this.inodes.push(...before.inodes.map((inode) => ({ ...inode })));
  }

  /** Opens a file; what it returns below 0 is the name of an error. */
  open(
    who: number,
    name: string,
    create: "never" | "if-missing" | "exclusive",
  ): number | "ENOENT" | "EEXIST" {
    let inode = this.names.get(name);
    if (inode !== undefined && create === "exclusive") return "EEXIST";
    if (inode === undefined) {
      if (create === "never") return "ENOENT";
      inode = this.inodes.push({ size: 0, links: 1, base: 0 }) - 1;
      this.names.set(name, inode);
    }
    return this.add(who, inode);
  }

  /** One more descriptor of a participant. */
  add(who: number, inode: number, end?: "read" | "write"): number {
    const fd = 3 + (this.#opened.get(who) ?? 0);
    this.#opened.set(who, fd - 2);
    const lock = undefined;
    this.openings.push({ who, fd, inode, end, lock, ranges: new Map() });
    return fd;
  }

  /** The opening behind a descriptor. */
  opening(who: number, fd: number): Opening {
    const found = this.openings.find((one) => one.who === who && one.fd === fd);
    if (found === undefined) throw new Violation(`${fd} is not open`);
    return found;
  }

  /** Closes a descriptor. */
  close(who: number, fd: number): void {
    this.openings.splice(this.openings.indexOf(this.opening(who, fd)), 1);
  }

  /** Removes a name; whether there was one. */
  unlink(name: string): boolean {
    const inode = this.names.get(name);
    if (inode === undefined) return false;
    this.inodes[inode]!.links--;
    return this.names.delete(name);
  }

  /** Sets a size. Who touches what is cut off is killed by SIGBUS. */
  truncate(inode: number, size: number): void {
    const hurt = this.mapped.some((one) =>
      one.inode === inode && one.end > size
    );
    if (hurt) throw new Violation("memory is cut off that someone has mapped");
    const file = this.inodes[inode]!;
    if (file.size === 0 && size > 0) {
      file.base = this.#sized++ * this.#fileLength;
    }
    file.size = size;
  }

  /** Locks the whole file; whether that was possible. */
  tryLock(opening: Opening, kind: LockKind): boolean {
    // As flock(2) does it: the lock that it has goes first.
    opening.lock = undefined;
    const isFree = this.openings.every(({ inode, lock }) =>
      inode !== opening.inode || lock === undefined ||
      kind === "shared" && lock === "shared"
    );
    if (isFree) opening.lock = kind;
    return isFree;
  }

  /** What another opening has locked at a place, so that `kind` is impossible. */
  findRange(
    opening: Opening,
    start: number,
    kind: LockKind,
  ): LockKind | undefined {
    for (const other of this.openings) {
      if (other === opening || other.inode !== opening.inode) continue;
      const found = other.ranges.get(start);
      if (found === "exclusive" || kind === "exclusive" && found) return found;
    }
    return undefined;
  }

  /** Whether a participant has anything that goes with it. */
  has(who: number): boolean {
    return this.openings.some((one) => one.who === who);
  }

  /** What goes with a process. */
  exit(who: number): void {
    for (const list of [this.openings, this.mapped]) {
      for (let i = list.length - 1; i >= 0; i--) {
        if (list[i]!.who === who) list.splice(i, 1);
      }
    }
  }

  /** Mixes the state into a hash. */
  hash(seed: number): number {
    let h = seed;
    for (const [name, inode] of this.names) h = mix(mix(h, name.length), inode);
    for (const { size, links, base } of this.inodes) {
      h = mix(mix(h, size + base), links);
    }
    let sum = 0;
    for (const { who, fd, inode, end, lock = "", ranges } of this.openings) {
      let one = mix(mix(who, fd), 4 * inode + lock.length % 4);
      if (end === "read") one = mix(one, 5);
      for (const [start, kind] of ranges) {
        one = mix(mix(one, start % 65536), kind.length);
      }
      sum += one;
    }
    for (const { who, inode, end } of this.mapped) {
      sum += mix(mix(~who, inode), end);
    }
    return mix(h, sum);
  }
}
