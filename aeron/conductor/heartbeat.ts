import type { CncFile } from "../cnc/cnc_file.ts";
import { Counters } from "../cnc/counters.ts";
import { CounterValue } from "../cnc/counter_value.ts";

/** Type of the counters by which clients show that they live. */
const HEARTBEAT_TYPE = 11;

/**
 * The counter into which a client writes the time, so that the driver keeps what it
 * added. The driver makes it at the client's first command.
 */
export class Heartbeat {
  readonly #clientId: bigint;
  readonly #cnc: CncFile;
  readonly #counters: Counters;
  #value: CounterValue | undefined;

  constructor(cnc: CncFile, clientId: bigint) {
    this.#cnc = cnc;
    this.#clientId = clientId;
    this.#counters = new Counters(cnc.metadata, cnc.values);
  }

  /**
   * Writes the time.
   *
   * @returns false when the driver has given this client up.
   */
  beat(nowMs: number): boolean {
    const value = this.#value;
    if (value === undefined) {
      this.#value = this.#find();
      if (this.#value !== undefined) this.#value.value = BigInt(nowMs);
      return true;
    }
    if (!this.#isMine(value.id)) return false;
    value.value = BigInt(nowMs);
    return true;
  }

  #find(): CounterValue | undefined {
    const id = this.#counters.findId((id) => this.#isMine(id));
    return id === undefined
      ? undefined
      : new CounterValue(this.#cnc.values, id);
  }

  #isMine(id: number): boolean {
    const counters = this.#counters;
    return counters.isAllocated(id) &&
      counters.typeIdOf(id) === HEARTBEAT_TYPE &&
      counters.keyLong(id, 0) === this.#clientId;
  }
}
