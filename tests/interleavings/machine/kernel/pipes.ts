import { mix } from "../memory/view.ts";
import type { Files } from "./files.ts";

/** An event loop that hears of a pipe. */
interface Watch {
  readonly who: number;
  readonly inode: number;
  readonly call: number;
}

/**
 * Pipes between processes, by which one wakes the event loop of another, or sees
 * it end. What is in one are words, which are never 0 and heard one by one.
 */
export class Pipes {
  readonly #files: Files;
  /** What is in each, by inodes. */
  readonly #words = new Map<number, number[]>();
  readonly #watches: Watch[] = [];

  constructor(files: Files) {
    this.#files = files;
  }

  /** Makes one; the other end has the next descriptor. */
  make(who: number): number {
    const inode = this.#files.inodes.push({ size: 0, links: 0, base: 0 }) - 1;
    const reader = this.#files.add(who, inode, "read");
    this.#files.add(who, inode, "write");
    return reader;
  }

  /** Opens an end of one that another has open; -1 when it has not. */
  openPeer(
    who: number,
    peer: { readonly who: number; readonly fd: number; readonly inode: number },
    end: "read" | "write",
  ): number {
    const found = this.#files.openings.find((one) =>
      one.who === peer.who && one.fd === peer.fd && one.inode === peer.inode &&
      one.end !== undefined
    );
    return found === undefined ? -1 : this.#files.add(who, found.inode, end);
  }

  /** Whether one has it open at that end. */
  has(inode: number, end: "read" | "write"): boolean {
    return this.#files.openings.some((one) =>
      one.inode === inode && one.end === end
    );
  }

  /** Writes a word; whether it was heard. */
  ring(inode: number, word: number): boolean {
    if (!this.has(inode, "read")) return false;
    this.#words.set(inode, [...this.#words.get(inode) ?? [], word]);
    return true;
  }

  /** Lets an event loop hear of it, once. */
  watch(watch: Watch): void {
    this.#watches.push(watch);
  }

  /** Takes out those that hear something now; with the word, or 0 for the end. */
  *heard(): Generator<[Watch, number]> {
    for (let i = this.#watches.length - 1; i >= 0; i--) {
      const watch = this.#watches[i]!;
      const [word = 0, ...rest] = this.#words.get(watch.inode) ?? [];
      if (word === 0 && this.has(watch.inode, "write")) continue;
      this.#watches.splice(i, 1);
      if (rest.length > 0) this.#words.set(watch.inode, rest);
      else this.#words.delete(watch.inode);
      yield [watch, word];
    }
  }

  /** What goes with a process. */
  exit(who: number): void {
    for (let i = this.#watches.length - 1; i >= 0; i--) {
      if (this.#watches[i]!.who === who) this.#watches.splice(i, 1);
    }
  }

  /** Mixes the state into a hash. */
  hash(seed: number): number {
    let h = seed;
    for (const [inode, words] of this.#words) {
      h = mix(h, inode);
      for (const word of words) h = mix(h, word);
    }
    for (const { who, inode, call } of this.#watches) {
      h = mix(mix(mix(h, who), inode), call);
    }
    return h;
  }
}
