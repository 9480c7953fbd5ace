import type { OwnPipes } from "../../sync/bells/own_pipes.ts";
import type { PeerPipe } from "../../sync/bells/peers.ts";

/** Bytes that the pipes of a participant take. */
export const PIPES_LENGTH = 16;

/** Where the life is, in words behind the bell. */
const LIFE = 2;

/** For those that have none: nobody opens the first descriptor for nothing. */
const NO_PIPES: OwnPipes = {
  bell: { fd: -1, inode: 0 },
  life: { fd: -1, inode: 0 },
};

/**
 * Where the pipes of a participant are found: descriptor and inode of its bell,
 * and of its life. Only a hint: what is opened is compared with it.
 */
export class PipeWords {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #pid: () => number;

  /**
   * Names the words.
   *
   * @param pid Returns whose they are.
   */
  constructor(words: Int32Array, index: number, pid: () => number) {
    this.#words = words;
    this.#index = index;
    this.#pid = pid;
  }

  /** Says where the pipes of this process are. */
  set(pipes: OwnPipes | undefined): void {
    const { bell, life } = pipes ?? NO_PIPES;
    [bell.fd, bell.inode, life.fd, life.inode].forEach((word, i) =>
      Atomics.store(this.#words, this.#index + i, word)
    );
  }

  /** The pipe to ring. */
  get bell(): PeerPipe {
    return this.#pipeAt(this.#index);
  }

  /** The pipe that ends with its process. */
  get life(): PeerPipe {
    return this.#pipeAt(this.#index + LIFE);
  }

  #pipeAt(index: number): PeerPipe {
    const fd = Atomics.load(this.#words, index);
    return {
      pid: this.#pid(),
      fd,
      inode: Atomics.load(this.#words, index + 1),
    };
  }
}
