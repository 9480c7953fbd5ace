/** A map by number that keeps none of its values alive. */
export class WeakValues<Value extends WeakKey> {
  readonly #entries = new Map<number, WeakRef<Value>>();
  /** How many entries are worth looking for dead ones. */
  #sweepAt = 64;

  /** The value, unless it was collected. */
  get(key: number): Value | undefined {
    return this.#entries.get(key)?.deref();
  }

  /** Puts a value in place of any other. */
  set(key: number, value: Value): void {
    this.#entries.set(key, new WeakRef(value));
    if (this.#entries.size < this.#sweepAt) return;
    for (const [key, entry] of this.#entries) {
      if (entry.deref() === undefined) this.#entries.delete(key);
    }
    this.#sweepAt = 64 + 2 * this.#entries.size;
  }

  /** Takes a value out. */
  delete(key: number): void {
    this.#entries.delete(key);
  }
}
