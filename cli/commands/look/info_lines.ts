import type { Description, Rates } from "../../inspect/mod.ts";
import type { Output } from "../../terminal/output.ts";
import {
  showAge,
  showMode,
  showPart,
  showRate,
  showSize,
} from "../../terminal/units.ts";
import { pad } from "../../terminal/width.ts";
import { printable } from "../../../memory/checks/printable.ts";
import { stateLines } from "./state_lines.ts";

/** A line: what it is about, and what is so. */
export type InfoLine = readonly [topic: string, text: string];

const TOPIC_WIDTH = 12;

/** Prints a description for people. */
export function printDescription(
  output: Output,
  description: Description,
  rates: Rates | undefined,
): void {
  const { name, kind, label, findings } = description;
  const title = `${name}  ${kind}${
    label === null ? "" : ` ${JSON.stringify(label)}`
  }`;
  output.line(output.paint("strong", printable(title)));
  const lines = [
    ...aboutLines(description),
    ...stateLines(description),
    ...rateLines(rates),
  ];
  for (const [topic, text] of lines) {
    const head = output.paint("quiet", pad(topic, TOPIC_WIDTH, "right"));
    output.line(`  ${head} ${printable(text)}`);
  }
  if (findings.length > 0) output.line();
  for (const { tone, text } of findings) {
    output.line(output.paint(tone, `${SIGNS[tone]} ${printable(text)}`));
  }
}

const SIGNS = { good: "·", warning: "!", bad: "✗" } as const;

function aboutLines(description: Description): InfoLine[] {
  const { size, used, owner, uid, mode, changedAt, creator } = description;
  const lines: InfoLine[] = [];
  if (size !== null) {
    lines.push([
      "size",
      used === null
        ? showSize(size)
        : `${showSize(size)} (${size} bytes), ${showSize(used)} of it used`,
    ]);
  }
  if (owner !== null && mode !== null) {
    lines.push(["owner", `${owner} (${uid}), mode ${showMode(mode)}`]);
  }
  if (changedAt !== null) {
    lines.push([
      "changed",
      `${showAge(changedAt)} ago (${changedAt.toISOString()})`,
    ]);
  }
  if (creator !== null) {
    const { pid, command, alive } = creator;
    const state = alive === true
      ? `${command}, still there`
      : alive === false
      ? "which has ended"
      : command ?? "not seen from here";
    lines.push(["creator", `process ${pid}, ${state}`]);
  }
  lines.push(["in use", useOf(description)]);
  return lines;
}

function useOf({ inUse, stale, processes }: Description): string {
  if (inUse === true) {
    return processes === null || processes === 0
      ? "yes, by processes that are not seen from here"
      : `yes, by ${processes} process${processes === 1 ? "" : "es"}`;
  }
  if (stale === true) return "no: nobody has it";
  return "not known";
}

function rateLines(rates: Rates | undefined): InfoLine[] {
  if (rates === undefined) return [];
  const { bytesPerSecond, bytesTakenPerSecond, messagesPerSecond } = rates;
  const parts: string[] = [];
  if (messagesPerSecond !== null) {
    parts.push(`${showRate(messagesPerSecond)} in`);
  }
  if (bytesPerSecond !== null) {
    parts.push(`${showSize(Math.round(bytesPerSecond))}/s in`);
  }
  if (bytesTakenPerSecond !== null) {
    parts.push(`${showSize(Math.round(bytesTakenPerSecond))}/s out`);
  }
  return parts.length === 0 ? [] : [["rate", parts.join(", ")]];
}

/** A part of something: `300 of 4096 (7 %)`. */
export function partOf(part: number, whole: number): string {
  return `${part} of ${whole} (${showPart(whole > 0 ? part / whole : 0)})`;
}
