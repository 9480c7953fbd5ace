/** Removes something that may be gone already. */
export function ignoreMissing(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Removes something that may be gone already, or not be ours to remove. */
export function tryRemove(remove: () => void): void {
  try {
    remove();
  } catch {
    // Its owner removes it, or must.
  }
}
