import { mix } from "../memory/view.ts";

/** An operation on one semaphore of the set. */
export interface Operation {
  readonly index: number;
  readonly delta: number;
}

/** A call that waits until its operations can be done, all at once. */
export interface SemaphoreCall {
  readonly who: number;
  /** Which call of the pool; 0 for a blocked thread. */
  readonly call: number;
  readonly operations: readonly Operation[];
}

/**
 * One set of System V semaphores, as `semop(2)` has it: a call's operations are
 * done all or none, and any of those that can be done may be done next.
 */
export class SemaphoreValues {
  readonly values: number[];
  readonly calls: SemaphoreCall[] = [];

  constructor(values: readonly number[]) {
    this.values = [...values];
  }

  /** Whether operations can be done now, one after the other. */
  can(operations: readonly Operation[]): boolean {
    const values = [...this.values];
    return operations.every(({ index, delta }) => {
      if (delta === 0) return values[index] === 0;
      values[index]! += delta;
      return values[index]! >= 0;
    });
  }

  /** Does operations, if that is possible. */
  try(operations: readonly Operation[]): boolean {
    if (!this.can(operations)) return false;
    for (const { index, delta } of operations) this.values[index]! += delta;
    return true;
  }

  /** What goes with a process. */
  exit(who: number): void {
    for (let i = this.calls.length - 1; i >= 0; i--) {
      if (this.calls[i]!.who === who) this.calls.splice(i, 1);
    }
  }

  /** Mixes the state into a hash. */
  hash(seed: number): number {
    let h = seed;
    for (const value of this.values) h = mix(h, value);
    for (const { who, call, operations } of this.calls) {
      h = mix(mix(h, who), call);
      for (const { index, delta } of operations) h = mix(mix(h, index), delta);
    }
    return h;
  }
}
