/**
 * Matches names as a shell does: `*` and `?`, with or without the slash in front.
 * A pattern without these matches names that contain it.
 */
export function matcher(
  pattern: string | undefined,
): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  if (!/[*?]/.test(pattern)) return (name) => name.includes(pattern);
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*").replaceAll("?", ".");
  const expression = new RegExp(`^/?${escaped}$`, "s");
  return (name) => expression.test(name);
}
