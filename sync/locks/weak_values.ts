/** A map by number that keeps none of its values alive. */
export class WeakValues<Value extends WeakKey> {
  readonly #entries = new Map<number, WeakRef<Value>>();
  /** From this many entries on, those whose value was collected are removed. */
  #sweepAt = 64;

  /** The value, unless it was collected. */
  get(key: number): Value | undefined {
    return this.#entries.get(key)?.deref();
  }

  /** Sets a value, in place of any other at this key. */
  set(key: number, value: Value): void {
    this.#entries.set(key, new WeakRef(value));
    if (this.#entries.size < this.#sweepAt) return;
    for (const [key, entry] of this.#entries) {
      if (entry.deref() === undefined) this.#entries.delete(key);
    }
    this.#sweepAt = 64 + 2 * this.#entries.size;
  }

  /** Removes a value. */
  delete(key: number): void {
    this.#entries.delete(key);
  }
}
