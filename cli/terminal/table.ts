import type { Tone } from "./colours.ts";
import { cut, pad, widthOf } from "./width.ts";
import { printable } from "../../memory/checks/printable.ts";

/** A cell: a text, or one with a tone. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** A column of a table. */
export interface Column {
  readonly heading: string;
  /** Numbers stand to the right. Default: `"left"`. */
  readonly align?: "left" | "right";
  /** Whether it may be cut when the terminal is too narrow. Default: false. */
  readonly mayShrink?: boolean;
}

/** What a table is printed with. */
export interface TableOptions {
  /** Columns of the terminal; nothing is cut without. */
  readonly width?: number;
  readonly paint: (tone: Tone | undefined, text: string) => string;
}

/** Between columns. */
const GAP = "  ";
const LEAST_WIDTH = 8;

/** Lines of a table: headings, and a line for each row. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, paint }: TableOptions,
): string[] {
  const cells = rows.map((row) => row.map(plain));
  const widths = columns.map(({ heading }, i) =>
    Math.max(
      widthOf(heading),
      ...cells.map((row) => widthOf(row[i]?.text ?? "")),
    )
  );
  if (width !== undefined) shrink(columns, widths, width);
  const line = (row: readonly PlainCell[]) =>
    columns.map(({ align = "left" }, i) => {
      const { text = "", tone } = row[i] ?? {};
      const room = widths[i] ?? 0;
      const side = align === "right" ? "left" : "right";
      return paint(tone, pad(cut(text, room), room, side));
    }).join(GAP).trimEnd();
  const headings = columns.map(({ heading }) =>
    ({ text: heading, tone: "quiet" }) as const
  );
  return [line(headings), ...cells.map(line)];
}

interface PlainCell {
  readonly text: string;
  readonly tone?: Tone;
}

function plain(cell: Cell): PlainCell {
  return typeof cell === "string"
    ? { text: printable(cell) }
    : { text: printable(cell.text), tone: cell.tone };
}

/** Takes room from the columns that may shrink, the widest first. */
function shrink(
  columns: readonly Column[],
  widths: number[],
  width: number,
): void {
  const total = () =>
    widths.reduce((sum, each) => sum + each, GAP.length * (widths.length - 1));
  for (let over = total() - width; over > 0; over = total() - width) {
    const candidates = columns
      .map(({ mayShrink }, i) => mayShrink ? widths[i] ?? 0 : 0);
    const widest = Math.max(...candidates);
    if (widest <= LEAST_WIDTH) return;
    widths[candidates.indexOf(widest)] = widest - 1;
  }
}
