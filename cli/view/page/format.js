/**
 * Numbers for people, with units.
 *
 * @module
 */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** "1.5 MiB". */
export function bytes(value) {
  let unit = 0;
  let rest = Number(value);
  while (Math.abs(rest) >= 1024 && unit < UNITS.length - 1) {
    rest /= 1024;
    unit++;
  }
  const digits = unit === 0 || Math.abs(rest) >= 100 ? 0 : 1;
  return `${rest.toFixed(digits)} ${UNITS[unit]}`;
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", {
  notation: "compact",
  maximumSignificantDigits: 3,
});

/** "1,234,567". */
export function count(value) {
  return whole.format(value);
}

/** "1.23M". */
export function compact(value) {
  return Math.abs(value) < 1000 && Number.isInteger(value)
    ? String(value)
    : short.format(value);
}

/** "42 %". */
export function percent(part, all) {
  if (!(all > 0)) return "0 %";
  const value = 100 * part / all;
  if (value > 0 && value < 0.1) return "< 0.1 %";
  return `${value > 0 && value < 1 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** "2 min 5 s". */
export function duration(ms) {
  const seconds = Math.floor(ms / 1000);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
  const hours = Math.floor(seconds / 3600);
  return hours < 48
    ? `${hours} h ${Math.floor(seconds % 3600 / 60)} min`
    : `${Math.floor(hours / 24)} days`;
}

/** "messagesPerSecond" as "messages per second". */
export function words(name) {
  const text = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a kind is called in a list. */
export function kindName(kind) {
  return KINDS[kind] ?? kind;
}

const KINDS = {
  "object": "memory",
  "channel": "channel",
  "channel-many": "channel, many senders",
  "broadcast": "broadcast",
  "ring": "ring (Agrona)",
  "agrona-broadcast": "broadcast (Agrona)",
  "latest": "latest",
  "map": "map",
  "work-queue": "work queue",
  "broadcast-channel": "broadcast channel",
  "store": "store",
  "semaphore": "semaphore",
  "aeron": "Aeron",
  "segment": "segment",
  "semaphore-set": "semaphore set",
  "message-queue": "message queue",
  "system-queue": "message queue (System V)",
  "file": "file",
};
