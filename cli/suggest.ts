/**
 * The word of a list that was probably meant.
 *
 * @returns Nothing when none is near.
 */
export function suggest(
  typed: string,
  words: readonly string[],
): string | undefined {
  const scored = words.map((word) => {
    const starts = word.startsWith(typed) && typed.length > 0;
    return { word, distance: starts ? 0.5 : distance(typed, word) };
  }).sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  // More than every second letter wrong is another word.
  const most = Math.max(1, Math.floor(typed.length / 2));
  return best !== undefined && best.distance <= most ? best.word : undefined;
}

/**
 * How many letters must be inserted, removed, replaced, or exchanged with the next
 * one (optimal string alignment distance).
 */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? b.length;
}
