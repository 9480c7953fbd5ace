/**
 * Compares this library with what it stands in for.
 *
 * deno task bench [--charts FOLDER] [NAME...]
 *
 * With a folder it draws charts of what it prints into it.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- this program is there to print

import { parseArgs } from "node:util";
import { undoOnSignals } from "../tools/undo.ts";
import { draw } from "./chart.ts";
import { aeron } from "./aeron/aeron.ts";
import { copy } from "./memory/copy.ts";
import { create } from "./memory/create.ts";
import { file } from "./memory/file.ts";
import { getters } from "./memory/getters.ts";
import { answers } from "./channels/message_answers.ts";
import { jobs } from "./jobs/jobs.ts";
import { messages, streams } from "./channels/messages.ts";
import { mutex } from "./locks/mutex.ts";
import { ping } from "./locks/ping.ts";
import { print, type Report } from "./report.ts";
import { ringPing } from "./rings/ring_ping.ts";
import { queues } from "./queues/queues.ts";
import { rings } from "./rings/rings.ts";
import { syscalls } from "./locks/syscalls.ts";
import { waiting } from "./channels/waiting_receivers.ts";
import { watched } from "./channels/watched.ts";
import { wake } from "./locks/wake.ts";

const BENCHMARKS = new Map<string, () => Promise<Report>>([
  ["create", create],
  ["copy", copy],
  ["file", file],
  ["getters", getters],
  ["mutex", mutex],
  ["wake", wake],
  ["ping", ping],
  ["rings", rings],
  ["ringPing", ringPing],
  ["messages", messages],
  ["streams", streams],
  ["queues", queues],
  ["answers", answers],
  ["waiting", waiting],
  ["watched", watched],
  ["jobs", jobs],
  ["syscalls", syscalls],
  ["aeron", aeron],
]);

undoOnSignals();
const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { charts: { type: "string" } },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : [...BENCHMARKS.keys()];
const unknown = names.filter((name) => !BENCHMARKS.has(name));
if (unknown.length > 0) {
  const known = [...BENCHMARKS.keys()].join(", ");
  console.error(`There is no ${unknown.join(", ")}: choose from ${known}`);
  Deno.exit(1);
}
let met = true;
for (const name of names) {
  const run = BENCHMARKS.get(name);
  if (run === undefined) continue;
  const report = await run();
  met = print(report) && met;
  if (values.charts === undefined || report.chart === undefined) continue;
  const path = `${values.charts}/${name}.svg`;
  await Deno.writeTextFile(path, await draw(report.chart));
  console.log(`${path} shows it`);
}
console.log(met ? "\nAll goals were met." : "\nNot all goals were met.");
