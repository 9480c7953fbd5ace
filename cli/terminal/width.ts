/**
 * How many columns of a terminal a text takes.
 *
 * @module
 */

/** What changes colours and the like, and takes no room (ECMA-48). */
// deno-lint-ignore no-control-regex -- it starts with the control character ESC
const ESCAPES = /\x1b\[[\d;?]*[A-Za-z]/g;

/** Characters that are drawn upon the one before, or not at all. */
const NARROW = /[\p{Mark}\p{Default_Ignorable_Code_Point}]/u;

/** East Asian and pictures: two columns (Unicode Standard Annex 11). */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;

/** Columns of a text, colours not counted. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.replaceAll(ESCAPES, "")) {
    if (NARROW.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Fills a text up with blanks. */
export function pad(
  text: string,
  width: number,
  side: "left" | "right",
): string {
  const blanks = " ".repeat(Math.max(0, width - widthOf(text)));
  return side === "left" ? blanks + text : text + blanks;
}

/** Cuts a text without colours at a width, and says so with a `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (widthOf(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
