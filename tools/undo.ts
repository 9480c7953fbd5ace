/**
 * What must not be left behind, however the program ends: at the end of a
 * block, after an error, on Ctrl-C and on SIGTERM.
 *
 * @module
 */

const pending = new Set<() => void>();

/**
 * Has something undone at the end of a `using` block, or when a signal ends the
 * program before.
 */
export function undoLater(undo: () => void): Disposable {
  pending.add(undo);
  return {
    [Symbol.dispose]() {
      if (pending.delete(undo)) undo();
    },
  };
}

/** Exit codes that shells give to programs that these signals ended. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Ends the program cleanly on Ctrl-C and SIGTERM. */
export function undoOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      const stack = new DisposableStack();
      for (const undo of pending) stack.defer(undo);
      try {
        stack.dispose();
      } finally {
        Deno.exit(EXIT_CODES[signal]);
      }
    });
  }
}
