/**
 * Checks of what programs say to an archive.
 *
 * @module
 */

import { describe } from "../../memory/checks/integers.ts";
import type { ControlSession } from "./session/control_session.ts";
import { Aeron } from "../client/aeron.ts";
import { type Outcome, unknownError } from "./session/pending_requests.ts";
import type {
  RequestValues,
  SessionTemplate,
} from "./session/session_requests.ts";

const HIGHEST = 2n ** 63n - 1n;

/** Checks that a client of a driver is one. */
export function checkClient(aeron: Aeron): void {
  if (aeron instanceof Aeron) return;
  throw new TypeError(
    `Cannot connect to the archive: it takes an Aeron client, which Aeron.connect() makes: received ${
      describe(aeron)
    }`,
  );
}

/** Checks an id that the archive gave. */
export function checkId(id: bigint, what: string): bigint {
  return checkBigint(id, what, -HIGHEST);
}

/** Checks a position of a stream, or a length: 0 or more. */
export function checkPosition(position: bigint, what = "position"): bigint {
  return checkBigint(position, what, 0n);
}

/** Checks a text that a channel is to contain. */
export function checkFragment(text: string): string {
  if (typeof text === "string") return text;
  throw new TypeError(
    `Cannot look for a channel: it must be a text: received ${describe(text)}`,
  );
}

function checkBigint(value: bigint, what: string, minimum: bigint): bigint {
  if (typeof value !== "bigint") {
    throw new TypeError(
      `Cannot use ${what}: it must be a bigint: received ${describe(value)}`,
    );
  }
  if (value < minimum || value > HIGHEST) {
    throw new RangeError(
      `Cannot use ${what}: it must be from ${minimum} to 2^63 - 1: received ${value}`,
    );
  }
  return value;
}

/** The id that an answer names; fails when the archive knows no such thing. */
export function known(operation: string, outcome: Outcome): bigint {
  if (typeof outcome === "bigint") return outcome;
  throw unknownError(operation, outcome);
}

/** Asks the archive something that names an id, or fails. */
export async function ask<T extends SessionTemplate>(
  session: ControlSession,
  operation: string,
  template: T,
  values: RequestValues<T>,
): Promise<bigint> {
  return known(operation, await session.request(operation, template, values));
}
