import type { Output } from "./output.ts";

/**
 * Asks, and waits for an answer on standard input.
 *
 * @returns Whether it was yes. Without a terminal to answer from it is no.
 */
export async function confirm(
  output: Output,
  question: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!Deno.stdin.isTerminal()) return false;
  output.note(`${question} [y/N]`, "strong");
  const answer = await readLine(signal);
  return /^(y|yes)$/i.test(answer.trim());
}

/** Reads a line; an empty one when the input ends, or the signal fires. */
async function readLine(signal: AbortSignal): Promise<string> {
  const reader = Deno.stdin.readable.getReader();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stop = () => resolve(undefined);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (!text.includes("\n")) {
      const part = await Promise.race([reader.read(), promise]);
      if (part?.value === undefined) break;
      text += decoder.decode(part.value, { stream: true });
    }
  } finally {
    signal.removeEventListener("abort", stop);
    // A read that waits for the terminal must not keep the program.
    reader.cancel().catch(() => {});
  }
  return text.split("\n", 1)[0] ?? "";
}
