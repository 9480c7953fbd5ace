import { describe } from "../../memory/checks/integers.ts";
import { COMMAND } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";
import { CounterValue } from "./counter_value.ts";

/** Only this layer has it, so only this layer can make counters. */
export const COUNTER_SECRET = Symbol("secret");

/**
 * A counter that this client added, which every client and tool of the driver can read.
 *
 * @example Count what was done
 * ```ts
 * import type { Aeron } from "@shmem/shmem/aeron";
 *
 * async function count(aeron: Aeron) {
 *   using counter = await aeron.addCounter(1001, "orders done");
 *   counter.add(1n);
 *   console.log(counter.value); // 1n
 * }
 * ```
 */
export class Counter implements Disposable {
  /** Its index. */
  readonly id: number;
  /** Id of its registration: the one that a static counter was added with. */
  readonly registrationId: bigint;
  /** Whether it stays until the driver ends. */
  readonly isStatic: boolean;
  readonly #conductor: Conductor;
  readonly #value: CounterValue;
  #closed = false;

  /**
   * Not for programs: clients make counters.
   *
   * @ignore
   */
  constructor(
    secret: typeof COUNTER_SECRET,
    conductor: Conductor,
    registrationId: bigint,
    id: number,
    isStatic: boolean,
  ) {
    if (secret !== COUNTER_SECRET) {
      throw new TypeError("Cannot make a counter: an Aeron client does");
    }
    this.id = id;
    this.registrationId = registrationId;
    this.isStatic = isStatic;
    this.#conductor = conductor;
    this.#value = new CounterValue(conductor.cnc.values, id);
  }

  /** Whether it was closed, or its client lost its driver. */
  get closed(): boolean {
    return this.#closed || this.#conductor.ended;
  }

  /** Its value, a signed integer of 64 bits; 0 once it is closed. */
  get value(): bigint {
    return this.closed ? 0n : this.#value.value;
  }

  /** Its value. */
  set value(value: bigint) {
    checkBigint(value, "value");
    this.#required("set").value = value;
  }

  /**
   * Adds to it, atomically.
   *
   * @param delta How much.
   * @returns The value before.
   * @throws {Deno.errors.BadResource} When it is closed.
   */
  add(delta: bigint): bigint {
    checkBigint(delta, "delta");
    return this.#required("add to").add(delta);
  }

  /** Frees the counter, if it is not static. Calling it again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.isStatic) return;
    const fields = [{ i64: this.registrationId }];
    this.#conductor.tell("remove", COMMAND.removeCounter, fields);
  }

  /** The same as {@linkcode Counter.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #required(operation: string): CounterValue {
    if (!this.closed) return this.#value;
    throw new Deno.errors.BadResource(
      `Cannot ${operation} counter ${this.id}: it is closed`,
    );
  }
}

function checkBigint(value: bigint, what: string): void {
  if (typeof value === "bigint") return;
  throw new TypeError(
    `Cannot use ${what}: it must be a bigint: received ${describe(value)}`,
  );
}
