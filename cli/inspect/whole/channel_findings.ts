import { plural, showPart, showSize } from "../../terminal/units.ts";
import type { Participant } from "../objects/participant.ts";
import type { RingState } from "../objects/ring.ts";
import type { Finding, Kind } from "../types.ts";

/** A message of this part of the capacity is the longest, and must find room. */
const FULL_FROM = 7 / 8;

/** Explains the state of a ring: why it would stand still. */
export function channelFindings(ring: RingState, kind: Kind): Finding[] {
  const findings: Finding[] = [];
  const add = (tone: Finding["tone"], text: string) =>
    findings.push({ tone, text });
  const { fill, capacity, records, receiver, senders } = ring;
  if (fill === null) {
    add(
      "bad",
      `its positions make no sense (head ${ring.head}, tail ${ring.tail}): something overwrote them; recreate it`,
    );
    return findings;
  }
  if (typeof records?.damage === "string") {
    add("bad", `it is damaged: ${records.damage}; recreate it`);
  }
  const waiting = records === null
    ? showSize(fill)
    : records.more
    ? `more than ${records.messages} messages`
    : plural(records.messages, "message");
  const isFull = fill >= capacity * FULL_FROM;
  if (isFull) {
    add(
      "warning",
      `it is full (${showPart(fill / capacity)}, ${waiting}, ${
        showSize(fill)
      }): senders wait until something is received`,
    );
  } else if (fill > 0) {
    add(
      "good",
      `to be received: ${waiting} (${showPart(fill / capacity)} full)`,
    );
  } else add("good", "it is empty: everything was received");
  const incomplete = records?.incomplete;
  if (incomplete) {
    // Only the low half of a position is announced.
    const whose = senders.find(({ claim }) =>
      claim !== null && (claim | 0) === (incomplete.position | 0)
    );
    add(
      "warning",
      `a message was begun at ${incomplete.position} and not finished${
        whose === undefined ? "" : `, by ${whoIs(whose, "the sender")}`
      }: nothing behind it can be received`,
    );
  }
  if (kind === "ring") {
    add(
      "good",
      "a program other than this library made it, so nobody tells who is there; see who",
    );
    return findings;
  }
  explainReceiver(receiver, isFull || fill > 0, ring, add);
  explainSenders(ring, add);
  return findings;
}

type Add = (tone: Finding["tone"], text: string) => void;

function explainReceiver(
  receiver: Participant,
  hasMessages: boolean,
  { receiverSleeps }: RingState,
  add: Add,
): void {
  const waits = hasMessages ? ", so what was sent waits" : "";
  switch (receiver.state) {
    case "never":
      return add("bad", `nobody receives: no receiver has come yet${waits}`);
    case "closed":
      return add(
        "bad",
        `nobody receives: the receiver (process ${receiver.pid}) has closed${waits}`,
      );
    case "died":
      return add(
        "bad",
        `nobody receives: the receiver (process ${receiver.pid}) has died${waits}`,
      );
  }
  const who = whoIs(receiver, "the receiver");
  if (receiver.processState === "T" || receiver.processState === "t") {
    return add("bad", `${who} is there, but stopped (SIGSTOP, or a debugger)`);
  }
  if (!hasMessages) return add("good", `${who} is there`);
  if (receiverSleeps === "awake") {
    return add(
      "warning",
      `${who} is there and awake: it is busy with something else, or slower than the senders`,
    );
  }
  add(
    "warning",
    `${who} sleeps although there are messages: it is about to wake up, or its program is busy`,
  );
}

function explainSenders(
  { senders, deaths, aborts }: RingState,
  add: Add,
): void {
  const open = senders.filter(({ state }) => state === "open");
  if (senders.length === 0 && deaths + aborts === 0) {
    add("warning", "nobody sends: no sender is there");
  } else if (open.length === 0) {
    add("warning", "nobody sends any more");
  } else {
    add(
      "good",
      open.length === 1 && open[0] !== undefined
        ? `${whoIs(open[0], "the sender")} is there`
        : `${open.length} senders are there`,
    );
  }
  for (const sender of senders) {
    const { state, pid, processState } = sender;
    if (state === "died") add("bad", `a sender (process ${pid}) has died`);
    if (state === "aborted") {
      add("bad", `a sender (process ${pid}) has given up`);
    }
    if (state === "closed") add("good", `a sender (process ${pid}) has closed`);
    if (processState === "T" || processState === "t") {
      add(
        "warning",
        `${whoIs(sender, "a sender")} is stopped (SIGSTOP, or a debugger)`,
      );
    }
  }
  if (deaths > 0) {
    add(
      "bad",
      `${deaths} senders died before, of which the receiver does not know yet`,
    );
  }
}

function whoIs({ pid, command }: Participant, what: string): string {
  if (pid === 0) return what;
  return command === null
    ? `${what} (process ${pid}, not seen from here)`
    : `${what} (process ${pid}, ${command})`;
}
