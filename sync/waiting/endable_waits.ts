/** The pending waits of an object that may be closed meanwhile. */
export class EndableWaits {
  readonly #waits = new Set<AbortController>();

  /** How many there are. */
  get count(): number {
    return this.#waits.size;
  }

  /**
   * Waits until it is over, aborted, or ended.
   *
   * @param signal What the caller may abort it with.
   * @param wait Waits, with a signal that either of the two aborts.
   */
  async run<Result>(
    signal: AbortSignal | undefined,
    wait: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", abort);
    this.#waits.add(controller);
    try {
      return await wait(controller.signal);
    } finally {
      this.#waits.delete(controller);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Ends all of them with a reason. */
  end(reason: Error): void {
    for (const wait of [...this.#waits]) wait.abort(reason);
  }
}

/** What a wait is ended with whose handle was closed. */
export function handleClosed(what: string): Error {
  return new Deno.errors.BadResource(
    `Cannot wait any longer for ${what}: the handle was closed`,
  );
}
