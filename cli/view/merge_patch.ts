/**
 * The difference of two states, as a JSON merge patch (RFC 7396): members that
 * changed, `null` for those that are gone. States have no `null` of their own.
 *
 * @module
 */

/**
 * Compares two states that JSON can show.
 *
 * @returns What to merge into the first to get the second; nothing when they are
 * equal.
 */
export function mergePatch(before: unknown, after: unknown): unknown {
  if (Object.is(before, after)) return undefined;
  if (isRecord(before) && isRecord(after)) return membersPatch(before, after);
  if (Array.isArray(before) && Array.isArray(after)) {
    // A patch has no way to speak of a part of an array.
    return isSameArray(before, after) ? undefined : after;
  }
  return after;
}

function membersPatch(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): unknown {
  const changes: [string, unknown][] = [];
  for (const [member, value] of Object.entries(after)) {
    if (value === undefined) continue;
    const old = Object.hasOwn(before, member) ? before[member] : undefined;
    const change = mergePatch(old, value);
    if (change !== undefined) changes.push([member, change]);
  }
  for (const [member, value] of Object.entries(before)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(after, member) || after[member] === undefined) {
      changes.push([member, null]);
    }
  }
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

function isSameArray(before: unknown[], after: unknown[]): boolean {
  return before.length === after.length &&
    after.every((value, i) => mergePatch(before[i], value) === undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
