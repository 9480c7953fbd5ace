/** How something is meant. */
export type Tone = "good" | "bad" | "warning" | "quiet" | "strong";

/** Codes of ECMA-48 that turn a colour on, and off again. */
const CODES: Readonly<Record<Tone, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warning: [33, 39],
  quiet: [2, 22],
  strong: [1, 22],
};

/** Colours texts, or leaves them as they are. */
export class Colours {
  readonly #on: boolean;

  /** Says whether there are colours. */
  constructor(on: boolean) {
    this.#on = on;
  }

  /** Colours for what goes to a terminal, unless `NO_COLOR` says not to. */
  static for(isTerminal: boolean): Colours {
    return new Colours(isTerminal && !Deno.noColor);
  }

  /** A text in the colour of a tone. */
  paint(tone: Tone | undefined, text: string): string {
    if (!this.#on || tone === undefined) return text;
    const [start, end] = CODES[tone];
    return `\x1b[${start}m${text}\x1b[${end}m`;
  }
}
