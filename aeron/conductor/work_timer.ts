// Taken now, so that fake timers of a test stop no client.
const { setTimeout, clearTimeout } = globalThis;

/** Between two looks while nothing is waited for; what polls and offers looks itself. */
const IDLE_MS = 100;
/** The same while the driver is to answer. */
const HURRY_MS = 1;

/**
 * Calls a function again and again. It keeps the program running only while an answer
 * is waited for.
 */
export class WorkTimer {
  /** Works, and returns whether it should be called again soon. */
  readonly #work: () => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #hurried = false;

  constructor(work: () => boolean) {
    this.#work = work;
    this.#set(false);
  }

  /** Rings soon, because an answer is waited for. */
  hurry(): void {
    if (!this.#hurried) this.#set(true);
  }

  /** Never rings again. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #set(hurried: boolean): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#hurried = hurried;
    const ring = () => this.#set(this.#work());
    const timer = setTimeout(ring, hurried ? HURRY_MS : IDLE_MS);
    if (!hurried) timer.unref();
    this.#timer = timer;
  }
}
