/** Removes something that may be gone already. */
export function ignoreMissing(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
