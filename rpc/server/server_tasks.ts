/**
 * What a server does until it has ended: when all of it is over, so is the server.
 * Where one part fails, the server is ended, and tells why.
 */
export class ServerTasks {
  readonly #end: () => void;
  readonly #ended = Promise.withResolvers<void>();
  #underWay = 0;
  /** Why the first one failed that did. */
  #failure: unknown;

  /**
   * Has nothing to do yet.
   *
   * @param end Ends the server.
   */
  constructor(end: () => void) {
    this.#end = end;
    // Programs that want to know ask `finished`; others must not end by it.
    this.#ended.promise.catch(() => {});
  }

  /** Settles when nothing is under way any more; rejects when something failed. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Does something; does not reject. */
  async run(task: () => Promise<void>): Promise<void> {
    this.#underWay++;
    try {
      await task();
    } catch (error) {
      this.#failure ??= error;
      try {
        // One that is half there would be found by new clients, and answer none.
        this.#end();
      } catch {
        // A name stays that cannot be removed: why it ended is of more use.
      }
    }
    if (--this.#underWay > 0) return;
    if (this.#failure === undefined) this.#ended.resolve();
    else this.#ended.reject(this.#failure);
  }
}
