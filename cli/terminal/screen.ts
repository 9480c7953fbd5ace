import type { Output } from "./output.ts";

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/**
 * A picture that is redrawn in place, on the terminal's other screen, so that
 * what was there before is there again afterwards, however the program ends.
 */
export class Screen implements Disposable {
  readonly #output: Output;
  readonly #restore = () => this[Symbol.dispose]();
  #open = true;

  /** Takes the terminal. */
  constructor(output: Output) {
    this.#output = output;
    output.text(ENTER);
    // Deno.exit() and uncaught errors come here, too.
    addEventListener("unload", this.#restore);
  }

  /** Draws lines, as many as there is room for. */
  draw(lines: readonly string[]): void {
    // The cursor stands in the last row.
    const room = (this.#output.terminalSize?.rows ?? Infinity) - 1;
    const shown = lines.slice(0, Math.max(1, room));
    // One write, and nothing is cleared first: no flicker.
    const text = shown.map((line) => `${line}${CLEAR_LINE}\r\n`).join("");
    this.#output.text(`${HOME}${text}${CLEAR_BELOW}`);
  }

  /** Restores the terminal. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    removeEventListener("unload", this.#restore);
    this.#output.text(LEAVE);
  }
}
