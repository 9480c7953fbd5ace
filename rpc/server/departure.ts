import { giveTurn } from "../../memory/waiting/turns.ts";

/**
 * Lets a server go on without a sender that died or gave up; other errors it
 * throws. In a new turn of the event loop: a damaged ring may tell of any number.
 */
export async function goOnWithout(error: unknown): Promise<void> {
  const isDeparture = error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
  if (!isDeparture) throw error;
  await giveTurn();
}
