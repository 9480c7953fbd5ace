/** How something is. */
export type State =
  /** In order. */
  | "good"
  /** Neither: to be known. */
  | "note"
  /** Something may fail by it. */
  | "warning"
  /** Something fails by it. */
  | "bad"
  /** It could not be found out. */
  | "unknown";

/** What was found. */
export interface Finding {
  readonly state: State;
  /** What is there, with its numbers. */
  readonly found: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** Something that is looked at. */
export interface Check {
  /** What is looked at: `"/dev/shm, room"`. */
  readonly name: string;
  /** Why it matters, as a sentence without a period. */
  readonly why: string;
  /** Looks. What it throws is a finding, too. */
  look(): Finding | Promise<Finding>;
}

/** It is in order. */
export function good(found: string): Finding {
  return { state: "good", found };
}

/** It is as it is. */
export function note(found: string): Finding {
  return { state: "note", found };
}

/** Something may fail by it. */
export function warning(found: string, advice: string): Finding {
  return { state: "warning", found, advice };
}

/** Something fails by it. */
export function bad(found: string, advice: string): Finding {
  return { state: "bad", found, advice };
}

/** It could not be found out. */
export function unknown(found: string): Finding {
  return { state: "unknown", found };
}

/**
 * Tries something: that it fails is the finding, with what the error says.
 *
 * @param act Returns what was found.
 * @param advice What to do when it fails.
 */
export function tried(act: () => string, advice: string): Finding {
  try {
    return good(act());
  } catch (error) {
    return failed(error, advice);
  }
}

/** The finding of an error. */
export function failed(error: unknown, advice: string): Finding {
  const message = error instanceof Error ? error.message : String(error);
  // Not the machine, but a permission of Deno that was not given.
  if (error instanceof Deno.errors.NotCapable) return unknown(message);
  return bad(message, advice);
}
