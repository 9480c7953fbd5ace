/**
 * Errors that say who is gone from a channel.
 *
 * @module
 */

/** The error for senders that died. */
export function sendersDied(
  what: string,
  count: number,
  pids: readonly number[],
): Error {
  const who = count === 1 ? "a sender" : `${count} senders`;
  return new Deno.errors.ConnectionReset(
    `Cannot receive from ${what}: ${who} died, or exited without closing${
      named(pids)
    }; all that was sent was received, receive again to go on with others`,
    causeOf(pids),
  );
}

/** The error for a sender that gave up. */
export function senderGaveUp(what: string): Error {
  return new Deno.errors.ConnectionAborted(
    `Cannot receive from ${what}: a sender gave up before its end; what it had sent was received`,
  );
}

/** The error for a receiver that died. */
export function receiverDied(what: string, pid: number): Error {
  return new Deno.errors.ConnectionReset(
    `Cannot send to ${what}: its receiver died, or exited without closing${
      named([pid])
    }; what was sent waits for another receiver; send again when there is one`,
    causeOf([pid]),
  );
}

/** The error for a publisher that died. */
export function publisherDied(what: string, pid: number): Error {
  return new Deno.errors.ConnectionReset(
    `Cannot receive from ${what}: its publisher died, or exited without closing${
      named([pid])
    }; receive again to go on with another one`,
    causeOf([pid]),
  );
}

/** For programs: `error.cause` has the process ids. */
function causeOf(pids: readonly number[]): ErrorOptions {
  return { cause: { pids: pids.filter((pid) => pid !== 0) } };
}

function named(pids: readonly number[]): string {
  const known = pids.filter((pid) => pid !== 0);
  if (known.length === 0) return "";
  return ` (${known.length === 1 ? "process" : "processes"} ${
    known.join(", ")
  })`;
}
