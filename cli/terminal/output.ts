import { Colours, type Tone } from "./colours.ts";
import { type Cell, type Column, tableLines } from "./table.ts";

/** Where a program writes: `Deno.stdout` is one. */
export interface Target {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

/** The reader of the output has gone, as with `| head`. */
export class OutputClosed extends Error {
  /** What `name` of this class is. */
  override readonly name = "OutputClosed";
}

/** What was to be printed has no place where it goes, such as on a full disk. */
export class OutputFailed extends Error {
  /** What `name` of this class is. */
  override readonly name = "OutputFailed";
}

const encoder = new TextEncoder();

/** Where a command prints. */
export class Output {
  /** Whether people look at it. */
  readonly isTerminal: boolean;
  readonly #target: Target;
  readonly #notes: Target;
  readonly #colours: Colours;
  readonly #noteColours: Colours;

  /**
   * Prints to two targets.
   *
   * @param target Where results go.
   * @param notes Where remarks and errors go.
   */
  constructor(target: Target = Deno.stdout, notes: Target = Deno.stderr) {
    this.#target = target;
    this.#notes = notes;
    this.isTerminal = target.isTerminal();
    this.#colours = Colours.for(this.isTerminal);
    this.#noteColours = Colours.for(notes.isTerminal());
  }

  /** A text in the colour of a tone, where there are colours. */
  paint(tone: Tone | undefined, text: string): string {
    return this.#colours.paint(tone, text);
  }

  /** Columns and rows of the terminal; nothing when there is none. */
  get terminalSize(): { columns: number; rows: number } | undefined {
    if (!this.isTerminal) return undefined;
    try {
      const { columns, rows } = Deno.consoleSize();
      // Terminals that nobody looks at are 0 by 0.
      return columns > 0 && rows > 0 ? { columns, rows } : undefined;
    } catch {
      // It has no size, as that of some tests and editors.
      return undefined;
    }
  }

  /** Prints a line. */
  line(text = ""): void {
    this.text(`${text}\n`);
  }

  /** Prints a text as it is. */
  text(text: string): void {
    this.bytes(encoder.encode(text));
  }

  /** Prints bytes as they are. */
  bytes(bytes: Uint8Array): void {
    writeAll(this.#target, bytes);
  }

  /**
   * Prints a value as a line of JSON: dates as ISO 8601, bigints as numbers where
   * these are exact and as strings otherwise.
   */
  json(value: unknown): void {
    this.line(JSON.stringify(value, (_, each) => {
      if (typeof each !== "bigint") return each;
      const number = Number(each);
      return Number.isSafeInteger(number) ? number : String(each);
    }));
  }

  /** Prints a table, as wide as the terminal at most. */
  table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): void {
    for (const line of this.tableLines(columns, rows)) this.line(line);
  }

  /** The lines of a table. */
  tableLines(
    columns: readonly Column[],
    rows: readonly (readonly Cell[])[],
  ): string[] {
    const width = this.terminalSize?.columns;
    return tableLines(columns, rows, {
      paint: (tone, text) => this.paint(tone, text),
      ...(width === undefined ? {} : { width }),
    });
  }

  /** Prints a remark, which is no result: to standard error. */
  note(text: string, tone?: Tone): void {
    const painted = this.#noteColours.paint(tone, text);
    writeAll(this.#notes, encoder.encode(`${painted}\n`));
  }
}

function writeAll(target: Target, bytes: Uint8Array): void {
  try {
    for (let done = 0; done < bytes.byteLength;) {
      done += target.writeSync(bytes.subarray(done));
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
    const reason = error instanceof Error ? error.message : String(error);
    throw new OutputFailed(
      `Cannot write the output: ${reason}; what is there is not complete`,
      { cause: error },
    );
  }
}
