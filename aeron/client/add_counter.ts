import { checkInteger, describe } from "../../memory/checks/integers.ts";
import { readOptions } from "../../memory/checks/options.ts";
import { Counter, COUNTER_SECRET } from "../cnc/counter.ts";
import { COMMAND } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";

/** Options of `addCounter`. */
export interface CounterOptions {
  /** What it belongs to, at most 112 bytes. Default: nothing. */
  readonly key?: Uint8Array;
}

const LONGEST_LABEL = 380;
const LONGEST_KEY = 112;
const ASCII = /^[\x20-\x7e]*$/;

/** Adds a counter. */
export async function addCounter(
  conductor: Conductor,
  typeId: number,
  label: string,
  options: CounterOptions | undefined,
): Promise<Counter> {
  checkInteger(typeId, "typeId", -0x8000_0000, 0x7fff_ffff);
  checkLabel(label);
  const { key = new Uint8Array(0) } = readOptions(
    options,
    { key: true },
    "add counter",
  );
  if (!(key instanceof Uint8Array) || key.length > LONGEST_KEY) {
    throw new TypeError(
      `Cannot add counter: key must be a Uint8Array of at most ${LONGEST_KEY} bytes: received ${
        describe(key)
      }`,
    );
  }
  return await conductor.request(
    `add counter ${JSON.stringify(label)}`,
    COMMAND.addCounter,
    [{ i32: typeId }, { bytes: key.slice() }, { text: label }],
    (answer) => {
      const id = "value" in answer ? answer.value : -1;
      return new Counter(COUNTER_SECRET, conductor, answer.correlationId, id);
    },
  );
}

function checkLabel(label: string): void {
  if (typeof label !== "string" || !ASCII.test(label)) {
    throw new TypeError(
      `Cannot add counter: label must be text of ASCII characters: received ${
        describe(label)
      }`,
    );
  }
  if (label.length > LONGEST_LABEL) {
    throw new RangeError(
      `Cannot add counter: label has ${label.length} characters, and one may have ${LONGEST_LABEL}`,
    );
  }
}
