import { FIRST_CREDIT } from "../wire/frames.ts";
import type { Answer, PendingCall } from "./pending_call.ts";

/** Items of a stream that have come and were not taken yet. */
class Items implements Answer {
  readonly #items: unknown[] = [];
  #ended = false;
  #failed: { readonly error: unknown } | undefined;
  #wake = () => {};

  item(value: unknown): void {
    if (this.#items.length >= FIRST_CREDIT) {
      throw new RangeError(
        `Cannot go on with the stream: the server sent more than the ${FIRST_CREDIT} items that were asked for, so it is no server of this library`,
      );
    }
    this.#items.push(value);
    this.#wake();
  }

  finish(): void {
    this.#ended = true;
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failed = { error };
    this.#wake();
  }

  /** The next item, when there is one; nothing at the end. */
  async next(): Promise<{ readonly item: unknown } | undefined> {
    const items = this.#items;
    while (items.length === 0 && !this.#ended && this.#failed === undefined) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (items.length > 0) return { item: items.shift() };
    if (this.#failed !== undefined) throw this.#failed.error;
    return undefined;
  }
}

/**
 * Goes through the items of a stream, and lets the server send more as they are
 * taken. Ending the loop cancels the call.
 *
 * @param start Starts the call.
 */
export async function* streamItems(
  start: (answer: Answer) => PendingCall,
): AsyncGenerator<unknown, void> {
  const items = new Items();
  const call = start(items);
  try {
    for (let taken = 1;; taken++) {
      const next = await items.next();
      if (next === undefined) return;
      yield next.item;
      if (taken % (FIRST_CREDIT / 2) === 0) call.addCredit(FIRST_CREDIT / 2);
    }
  } finally {
    call.cancel();
  }
}
