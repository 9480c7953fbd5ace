/**
 * Closing what is open when the program ends, or starts again in the same process, as
 * `deno run --watch` has it: descriptors, locks and mappings would live on, and the
 * new program would find its own names in use.
 *
 * @module
 */

const closers = new Set<() => void>();
let listening = false;

/**
 * Calls a function at `unload`, those registered last first. The listener is added
 * at the first use, so that importing the library has no effect.
 *
 * @returns A function that takes it back.
 */
export function atUnload(close: () => void): () => void {
  if (!listening) {
    listening = true;
    globalThis.addEventListener("unload", closeAll);
  }
  closers.add(close);
  return () => closers.delete(close);
}

function closeAll(): void {
  for (const close of [...closers].reverse()) {
    try {
      close();
    } catch {
      // One that cannot be closed must not keep the others open.
    }
  }
  closers.clear();
}
