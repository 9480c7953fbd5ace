import { byteLengthOf, isBytes } from "../../channel/buffers/typed_arrays.ts";
import { checkInteger, describe } from "../../memory/checks/integers.ts";
import { readOptions } from "../../memory/checks/options.ts";
import { Counter, COUNTER_SECRET } from "../cnc/counter.ts";
import { checkAsciiText } from "./ascii_text.ts";
import { COMMAND, type Field } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";

/** Options of `addCounter` and `addStaticCounter`. */
export interface CounterOptions {
  /** What it belongs to, at most 112 bytes. Default: nothing. */
  readonly key?: Uint8Array;
}

const LONGEST_LABEL = 380;
const LONGEST_KEY = 112;

/** Adds a counter. */
export async function addCounter(
  conductor: Conductor,
  typeId: number,
  label: string,
  options: CounterOptions | undefined,
): Promise<Counter> {
  return await conductor.request(
    `add counter ${describe(label)}`,
    COMMAND.addCounter,
    checkCounter(typeId, label, options),
    (answer) => {
      const id = "value" in answer ? answer.value : -1;
      const { correlationId } = answer;
      return new Counter(COUNTER_SECRET, conductor, correlationId, id, false);
    },
  );
}

/** Adds a counter that nobody frees, or finds the existing one. */
export async function addStaticCounter(
  conductor: Conductor,
  typeId: number,
  label: string,
  registrationId: bigint,
  options: CounterOptions | undefined,
): Promise<Counter> {
  const fields = checkCounter(typeId, label, options);
  if (
    typeof registrationId !== "bigint" ||
    BigInt.asIntN(64, registrationId) !== registrationId
  ) {
    throw new TypeError(
      `Cannot add counter: registrationId must be a bigint of 64 bits: received ${
        describe(registrationId)
      }`,
    );
  }
  return await conductor.request(
    `add counter ${describe(label)}`,
    COMMAND.addStaticCounter,
    [{ i64: registrationId }, ...fields],
    (answer) => {
      const id = "value" in answer ? answer.value : -1;
      return new Counter(COUNTER_SECRET, conductor, registrationId, id, true);
    },
  );
}

/** Checks what a counter is added with, and lays it out. */
function checkCounter(
  typeId: number,
  label: string,
  options: CounterOptions | undefined,
): Field[] {
  checkInteger(typeId, "typeId", -0x8000_0000, 0x7fff_ffff);
  checkAsciiText(label, "label", LONGEST_LABEL, "add counter");
  const { key = new Uint8Array(0) } = readOptions(
    options,
    { key: true },
    "add counter",
  );
  if (!isBytes(key) || byteLengthOf(key) > LONGEST_KEY) {
    throw new TypeError(
      `Cannot add counter: key must be a Uint8Array of at most ${LONGEST_KEY} bytes: received ${
        describe(key)
      }`,
    );
  }
  return [{ i32: typeId }, { bytes: key.slice() }, { text: label }];
}
