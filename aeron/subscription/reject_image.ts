import { describe } from "../../memory/checks/integers.ts";
import { COMMAND } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";

/** What drivers take, and hand on to the publisher. */
const LONGEST_REASON = 1023;
const ASCII = /^[\x20-\x7e]*$/;

/** Asks the driver to end an image, and to tell its publisher why. */
export async function rejectImage(
  conductor: Conductor,
  correlationId: bigint,
  position: bigint,
  reason: string,
): Promise<void> {
  if (typeof reason !== "string" || !ASCII.test(reason)) {
    throw new TypeError(
      `Cannot reject image: reason must be text of ASCII characters: received ${
        describe(reason)
      }`,
    );
  }
  if (reason.length > LONGEST_REASON) {
    throw new RangeError(
      `Cannot reject image: reason has ${reason.length} characters, and one may have ${LONGEST_REASON}`,
    );
  }
  await conductor.request(
    "reject image",
    COMMAND.rejectImage,
    [{ i64: correlationId }, { i64: position }, { text: reason }],
    () => undefined,
  );
}
