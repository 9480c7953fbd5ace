/**
 * Checks of the values of a channel's parameters: from what a program or a text
 * says to the text that stands in the URI.
 *
 * @module
 */

import { describe } from "../../memory/checks/integers.ts";

/** Checks a value, and returns how it is written. */
export type ValueCheck = (value: unknown, name: string) => string;

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
};

const DURATION_UNITS: Readonly<Record<string, bigint>> = {
  "": 1n,
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
};

/** What a size is limited to. */
interface SizeLimits {
  readonly minimum: number;
  readonly maximum: number;
  readonly powerOfTwo?: boolean;
  readonly multipleOf?: number;
  /** How the limits are said. */
  readonly allowed: string;
}

/** A number of bytes, or a text such as `"64k"`. */
export function size(limits: SizeLimits): ValueCheck {
  const { minimum, maximum, powerOfTwo = false, multipleOf = 1 } = limits;
  return (value, name) => {
    const bytes = sizeOf(value, name, limits.allowed);
    const fits = Number.isInteger(bytes) && bytes >= minimum &&
      bytes <= maximum && bytes % multipleOf === 0 &&
      (!powerOfTwo || (bytes & (bytes - 1)) === 0);
    if (!fits) throw refused(name, limits.allowed, value);
    return String(value).trim();
  };
}

/** The bytes that a size says. */
export function sizeOf(value: unknown, name: string, allowed: string): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") throw refused(name, allowed, value);
  const [, digits, unit = ""] = /^(\d+)([kmg]?)$/i.exec(value) ?? [];
  const factor = SIZE_UNITS[unit.toLowerCase()];
  if (digits === undefined || factor === undefined) {
    throw refused(name, allowed, value);
  }
  return Number(digits) * factor;
}

/** An integer of a range, as a number, a bigint or a text. */
export function integer(minimum: bigint, maximum: bigint): ValueCheck {
  const allowed = `an integer from ${minimum} to ${maximum}`;
  return (value, name) => {
    const whole = typeof value === "bigint" || Number.isSafeInteger(value) ||
      (typeof value === "string" && /^-?\d{1,20}$/.test(value));
    if (!whole) throw refused(name, allowed, value);
    const found = BigInt(String(value));
    if (found < minimum || found > maximum) {
      throw refused(name, allowed, value);
    }
    return String(found);
  };
}

/** 32 bits. */
export const I32: ValueCheck = integer(-(2n ** 31n), 2n ** 31n - 1n);

/** 64 bits. */
export const I64: ValueCheck = integer(-(2n ** 63n), 2n ** 63n - 1n);

/** True or false, or the same as text. */
export const flag: ValueCheck = (value, name) => {
  const text = typeof value === "boolean" ? String(value) : value;
  if (text === "true" || text === "false") return text;
  throw refused(name, "true or false", value);
};

/** One of a few words. */
export function word(...words: readonly string[]): ValueCheck {
  const allowed = `one of ${words.map((each) => `"${each}"`).join(", ")}`;
  return (value, name) => {
    const found = words.find((each) => each === value);
    if (found !== undefined) return found;
    throw refused(name, allowed, value);
  };
}

/** A text of a certain form. */
export function text(form: RegExp, allowed: string): ValueCheck {
  return (value, name) => {
    if (typeof value === "string" && form.test(value)) return value;
    throw refused(name, allowed, value);
  };
}

/** One check or another. */
export function either(first: ValueCheck, second: ValueCheck): ValueCheck {
  return (value, name) => {
    try {
      return first(value, name);
    } catch {
      return second(value, name);
    }
  };
}

/** A text with its unit such as `"5s"`, or nanoseconds as a number or bigint. */
export const duration: ValueCheck = (value, name) => {
  const allowed =
    'nanoseconds, or a text with a unit such as "5s", "100ms", "20us" or "1000ns"';
  if (typeof value === "number" || typeof value === "bigint") {
    return integer(0n, 2n ** 63n - 1n)(value, name);
  }
  const form = typeof value === "string" &&
    /^(\d{1,19})(ns|us|ms|s|)$/.exec(value);
  if (!form) throw refused(name, allowed, value);
  const [whole, digits = "", unit = ""] = form;
  if (BigInt(digits) * (DURATION_UNITS[unit] ?? 1n) >= 2n ** 63n) {
    throw refused(name, allowed, value);
  }
  return whole;
};

/** A host and a port: `"localhost:40123"`, `"[::1]:0"`. */
export const endpoint: ValueCheck = (value, name) => {
  const allowed =
    'a host and a port from 0 to 65535, such as "192.168.1.7:40123" or "[::1]:40123"';
  const form = typeof value === "string" &&
    /^(?:\[[0-9a-f:.]+(?:%[\w.-]+)?\]|[^\s:|?[\]]+):(\d{1,5})$/i.exec(value);
  if (!form || Number(form[1]) > 0xffff) throw refused(name, allowed, value);
  return form[0];
};

/** The error that a parameter has a value that is not allowed. */
export function refused(name: string, allowed: string, value: unknown): Error {
  const ErrorClass = typeof value === "string" || typeof value === "number" ||
      typeof value === "bigint"
    ? RangeError
    : TypeError;
  return new ErrorClass(
    `Cannot use the channel's ${name}: it must be ${allowed}: received ${
      describe(value)
    }`,
  );
}
