/**
 * What does it cost when many receivers of a process wait?
 *
 * @module
 */

import { Peer } from "../peer.ts";
import type { Check, Report } from "../report.ts";

const SCRIPT = "bench/peers/channels/waiting_receivers.ts";

/** Runs the benchmark. */
export async function waiting(): Promise<Report> {
  const checks: Check[] = [];
  const measure = async (count: number, withSender: number, most: number) => {
    const args = [count, withSender].map(String);
    await using peer = Peer.startDeno(SCRIPT, args);
    const share = await peer.answer() / 1e6;
    const percent = `${(100 * share).toFixed(2)} % of a core`;
    checks.push({
      what:
        `${count} receivers, ${withSender} of them with a sender, take ${percent}, at most ${
          100 * most
        } %`,
      met: share <= most,
    });
  };
  await measure(1, 0, 0.01);
  await measure(1000, 0, 0.01);
  await measure(1000, 500, 0.01);
  await measure(10_000, 0, 0.03);
  return {
    question: "Wait for messages with many receivers in one process",
    peer: "",
    ratio: "",
    lines: [],
    checks,
  };
}
