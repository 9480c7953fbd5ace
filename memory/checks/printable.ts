/**
 * Makes a text harmless for a terminal, and for who reads an error: names and texts
 * of other programs may hold what moves the cursor, or worse.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Control}\p{Surrogate}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** The same for a text of several lines, which stay. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
