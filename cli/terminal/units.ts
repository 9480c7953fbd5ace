/**
 * Numbers for people, with their units.
 *
 * @module
 */

const SIZE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const MANY_UNITS = ["", "k", "M", "G", "T"];

/** Bytes: `1.5 MiB`; whole numbers stay whole. */
export function showSize(bytes: number): string {
  return scaled(bytes, 1024, SIZE_UNITS);
}

/** A number of something: `12.3 k`. */
export function showMany(count: number): string {
  return scaled(count, 1000, MANY_UNITS).trimEnd();
}

/** A number of things: `1 message`, `2 messages`. */
export function plural(
  count: number,
  what: string,
  many: string = `${what}s`,
): string {
  return `${count} ${count === 1 ? what : many}`;
}

/** How often a second: `12.3 k/s`. */
export function showRate(perSecond: number): string {
  return `${showMany(perSecond)}/s`;
}

/** A part of a whole: `37 %`. */
export function showPart(part: number): string {
  if (part > 0 && part < 0.01) return "<1 %";
  // Full is full, and nothing less.
  return `${part < 1 ? Math.min(99, Math.round(part * 100)) : 100} %`;
}

/** A length of time in milliseconds: `1.5 ms`, `2 m 5 s`, `3 d 4 h`. */
export function showDuration(ms: number): string {
  if (ms < 0.001) return `${round(ms * 1e6)} ns`;
  if (ms < 1) return `${round(ms * 1000)} µs`;
  if (ms < 1000) return `${round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${round(seconds)} s`;
  const whole = Math.floor(seconds);
  if (whole < 3600) return pair(whole, 60, "m", 1, "s");
  if (whole < 86_400) return pair(whole, 3600, "h", 60, "m");
  return pair(whole, 86_400, "d", 3600, "h");
}

/** How long ago something was. */
export function showAge(then: Date, now: Date = new Date()): string {
  const ms = now.getTime() - then.getTime();
  // Clocks of file systems are coarse: what is new must not lie in the future.
  return showDuration(Math.max(1000, Math.floor(ms / 1000) * 1000));
}

/** Permission bits: `0600`. */
export function showMode(mode: number): string {
  return `0${mode.toString(8).padStart(3, "0")}`;
}

/** A key of System V: `0x00005eed`. */
export function showKey(key: number): string {
  return `0x${(key >>> 0).toString(16).padStart(8, "0")}`;
}

function scaled(
  number: number,
  step: number,
  units: readonly string[],
): string {
  let value = number;
  let unit = 0;
  while (Math.abs(value) >= step && unit < units.length - 1) {
    value /= step;
    unit++;
  }
  return `${round(value)} ${units[unit]}`;
}

function round(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

function pair(
  seconds: number,
  large: number,
  largeUnit: string,
  small: number,
  smallUnit: string,
): string {
  const rest = Math.floor((seconds % large) / small);
  const head = `${Math.floor(seconds / large)} ${largeUnit}`;
  return rest === 0 ? head : `${head} ${rest} ${smallUnit}`;
}
