/**
 * The tables of `docs/proof.md`. Each row is written when it is known, and others
 * stay as they are: so they can be made in pieces, and by several programs.
 *
 * @module
 */

import { fromFileUrl } from "../../deps.ts";

const DOCUMENT = fromFileUrl(new URL("../../docs/proof.md", import.meta.url));

/** A row: what it is about, and how its other cells are found out. */
export interface Row {
  readonly key: readonly string[];
  readonly run: () => readonly string[];
}

/** How a table looks. */
export interface Columns {
  readonly keys: readonly string[];
  readonly results: readonly string[];
  /** What the first of the results are when added up, if that is to be said. */
  readonly total?: string;
}

/** A table between its marks. */
export class Table {
  readonly rows: readonly Row[];
  readonly #name: string;
  readonly #columns: Columns;

  constructor(name: string, rows: readonly Row[], columns: Columns) {
    this.#name = name;
    this.rows = rows;
    this.#columns = columns;
  }

  /** Writes a row. */
  put(row: Row, results: readonly string[]): void {
    this.#update((known) => known.set(keyOf(row), results));
  }

  /** Writes the rows that are known, and no others. */
  write(): void {
    this.#update(() => {});
  }

  #update(change: (known: Map<string, readonly string[]>) => void): void {
    using file = Deno.openSync(DOCUMENT, { read: true, write: true });
    file.lockSync(true);
    const document = Deno.readTextFileSync(DOCUMENT);
    const start = `<!-- ${this.#name} -->`;
    const from = document.indexOf(start) + start.length;
    const to = document.indexOf(`<!-- end of ${this.#name} -->`);
    if (to < from) throw new Error(`the document has no ${start}`);
    const known = this.#parse(document.slice(from, to));
    change(known);
    const text = document.slice(0, from) + this.#print(known) +
      document.slice(to);
    Deno.writeTextFileSync(DOCUMENT, text);
  }

  #parse(text: string): Map<string, readonly string[]> {
    const { keys } = this.#columns;
    const known = new Map<string, readonly string[]>();
    for (const line of text.split("\n")) {
      if (!line.startsWith("|")) continue;
      const cells = line.slice(1, -1).split(/(?<!\\)\|/).map((s) => s.trim());
      known.set(
        cells.slice(0, keys.length).join("|"),
        cells.slice(keys.length),
      );
    }
    return known;
  }

  #print(known: Map<string, readonly string[]>): string {
    const { keys, results, total } = this.#columns;
    const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
    const lines = [
      line([...keys, ...results]),
      line([...keys, ...results].map(() => "---")),
    ];
    let sum = 0;
    for (const row of this.rows) {
      const found = known.get(keyOf(row));
      if (found === undefined) continue;
      lines.push(line([...row.key, ...found]));
      sum += Number(found[0]!.replaceAll(",", ""));
    }
    if (total !== undefined) {
      lines.push("", `${sum.toLocaleString("en-US")} ${total}.`);
    }
    return `\n\n<!-- deno-fmt-ignore-start -->\n\n${
      lines.join("\n")
    }\n\n<!-- deno-fmt-ignore-end -->\n\n`;
  }
}

function keyOf({ key }: Row): string {
  return key.join("|");
}
