/** The part of an event loop that hears of pipes. */

import type { Machine } from "../../machine/machine.ts";
import type { Tasks } from "../../machine/program/tasks.ts";
import { call } from "../files/call.ts";
import { closeDescriptor } from "../files/open.ts";

declare const $machine: Machine;
declare const $tasks: Tasks;

/** As in the file that this stands for. */
export interface DescriptorEvents {
  readonly onData: (bytes: Uint8Array, length: number) => void;
  readonly onEnd: () => void;
}

/** A watch that starts in one of the next turns. */
export class DescriptorWatch {
  readonly #fd: number;
  readonly #events: DescriptorEvents;
  isStarted = false;
  #closed = false;

  constructor(fd: number, events: DescriptorEvents) {
    this.#fd = fd;
    this.#events = events;
    setImmediate(() => {
      if (this.#closed) return;
      this.isStarted = true;
      this.#watch();
    });
  }

  /** No program of a world ends while it waits. */
  keepAlive(_on: boolean): void {}

  /** Ends it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeDescriptor(this.#fd);
  }

  #watch(): void {
    const actor = $machine.current!;
    const number = ++actor.calls;
    call(`watch ${this.#fd}`, (files, who) => {
      const { inode } = files.opening(who, this.#fd);
      $machine.kernel.pipes.watch({ who, inode, call: number });
      $machine.kernel.tellWatches();
      return 0;
    }, false);
    $tasks.onCall(number, (result) => {
      if (this.#closed) return;
      if (result === 0) {
        this.#events.onEnd();
        return;
      }
      this.#watch();
      const bytes = new Uint8Array(Uint32Array.of(result, 0).buffer);
      this.#events.onData(bytes, 4);
    });
  }
}
