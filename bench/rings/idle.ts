/** So often the other side is looked for before this one sleeps. */
const LOOKS = 2000;
/** Sleeps are so short, in milliseconds; the system makes them longer. */
const SLEEP_MS = 0.05;

const nobody = new Int32Array(new SharedArrayBuffer(4));

/**
 * What a side does while the other one is not ready: it looks again and again,
 * and then sleeps shortly, or else three processes on two processors would keep
 * each other from working.
 */
export class Idle {
  #looks = 0;

  /** Lets time pass. */
  wait(): void {
    this.#looks++;
    if (this.#looks < LOOKS) {
      Atomics.pause();
    } else {
      Atomics.wait(nobody, 0, 0, SLEEP_MS);
    }
  }

  /** There was something to do. */
  reset(): void {
    this.#looks = 0;
  }
}
