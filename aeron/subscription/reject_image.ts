import { checkAsciiText } from "../client/ascii_text.ts";
import { COMMAND } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";

/** What drivers take, and hand on to the publisher. */
const LONGEST_REASON = 1023;

/** Asks the driver to end an image, and to tell its publisher why. */
export async function rejectImage(
  conductor: Conductor,
  correlationId: bigint,
  position: bigint,
  reason: string,
): Promise<void> {
  checkAsciiText(reason, "reason", LONGEST_REASON, "reject image");
  await conductor.request(
    "reject image",
    COMMAND.rejectImage,
    [{ i64: correlationId }, { i64: position }, { text: reason }],
    () => undefined,
  );
}
