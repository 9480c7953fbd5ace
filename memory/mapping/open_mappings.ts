/**
 * What is mapped now, to be unmapped at `unload`.
 *
 * @module
 */

import { isReporting } from "./leaks.ts";
import { atUnload } from "./unload.ts";

/** What can be unmapped. */
interface Unmappable {
  readonly address: bigint;
  unmap(): void;
}

const open = new Map<bigint, Unmappable>();
let listening = false;

/** Notes what was mapped. */
export function noteOpen(mapping: Unmappable): void {
  // What is forgotten must be found by the leak report. Not by WeakRef: each would
  // hold its mapping until the end of the turn.
  if (!isReporting()) open.set(mapping.address, mapping);
  if (listening) return;
  listening = true;
  atUnload(() => {
    for (const mapping of [...open.values()]) unmapQuietly(mapping);
  });
}

/** Forgets what was unmapped. */
export function noteClosed(mapping: Unmappable): void {
  open.delete(mapping.address);
}

function unmapQuietly(mapping: Unmappable): void {
  try {
    mapping.unmap();
  } catch {
    // It was transferred, or a lock in it is held: it stays.
  }
}
