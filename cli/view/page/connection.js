/**
 * What the server tells: the whole state once, then what changes; and whether it
 * still tells anything.
 *
 * @module
 */

/** Without news for so many intervals the server counts as stopped. */
const MISSING_INTERVALS = 6;
const MIN_SILENCE_MS = 10_000;

/**
 * Follows the server.
 *
 * @param {(state: object) => void} onState Called with each new state.
 * @param {(status: { state: string, since: number }) => void} onStatus Called
 * when the connection changes: "live", "stopped", "refused".
 */
export function connect(onState, onStatus) {
  let state;
  let source;
  let heard = Date.now();
  let status = "connecting";

  const tell = (next) => {
    if (next === status && next !== "stopped") return;
    status = next;
    onStatus({ state: next, since: heard });
  };

  const take = (next) => {
    state = next;
    heard = Date.now();
    tell("live");
    onState(state);
  };

  const open = () => {
    source?.close();
    source = new EventSource("/events");
    source.addEventListener(
      "state",
      ({ data }) => take(JSON.parse(data)),
    );
    source.addEventListener(
      "change",
      ({ data }) => take(merge(state, JSON.parse(data))),
    );
    source.addEventListener("error", () => {
      // The browser tries again by itself, unless the answer was no.
      if (source.readyState === EventSource.CLOSED) tell("refused");
      else tell("stopped");
    });
  };

  // A hidden page keeps the server from resting, and has nothing from it.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) source?.close();
    else {
      heard = Date.now();
      open();
    }
  });
  setInterval(() => {
    if (document.hidden || status === "refused") return;
    const interval = state?.intervalMs ?? 0;
    const silence = Math.max(MIN_SILENCE_MS, interval * MISSING_INTERVALS);
    if (Date.now() - heard > silence) tell("stopped");
  }, 1000);
  open();
}

/** Applies a JSON merge patch (RFC 7396), without changing what it is applied to. */
export function merge(before, patch) {
  if (!isRecord(patch)) return patch;
  const members = new Map(isRecord(before) ? Object.entries(before) : []);
  for (const [member, change] of Object.entries(patch)) {
    if (change === null) members.delete(member);
    else members.set(member, merge(members.get(member), change));
  }
  return Object.fromEntries(members);
}

function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
