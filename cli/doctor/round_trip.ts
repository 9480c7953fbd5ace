/**
 * Two processes that share for real.
 *
 * @module
 */

import { Receiver, Sender } from "../../channel/mod.ts";
import { showDuration } from "../terminal/units.ts";
import {
  bad,
  type Check,
  failed,
  type Finding,
  good,
  unknown,
} from "./finding.ts";

const TRIPS = 2000;
/** What a process may take to start. */
const START_MS = 20_000;
/** A round trip when both slept. */
const SLEEPS = 5;
const SLEEP_MS = 30;

/** What is looked at. */
export const ROUND_TRIP: readonly Check[] = [{
  name: "round trip of two processes",
  why: "it is what all of the above is for",
  look: async () => {
    try {
      return await makeTrips();
    } catch (error) {
      return failed(
        error,
        "see what is wrong above; if nothing is, this is a bug of the library: please report it with this output",
      );
    }
  },
}];

async function makeTrips(): Promise<Finding> {
  const { state } = Deno.permissions.querySync({ name: "run" });
  if (state !== "granted") return unknown("it needs --allow-run");
  const name = `/shmem-doctor-${crypto.randomUUID().slice(0, 8)}`;
  using stack = new DisposableStack();
  const options = { capacity: 65_536 };
  const back = stack.use(Receiver.create(`${name}-back`, options));
  stack.defer(() => back.unlink());
  const out = stack.use(Sender.create(name, options));
  stack.defer(() => out.unlink());
  const partner = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-ffi",
      new URL("./partner.ts", import.meta.url).href,
      name,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const errors = new Response(partner.stderr).text();
  const ended = partner.status.then(async ({ code }) => {
    throw new Error(
      `the second process ended with status ${code}: ${
        (await errors).trim().split("\n")[0]
      }`,
    );
  });
  const pings = ping(out, back);
  try {
    const { awake, asleep } = await Promise.race([pings, ended]);
    return good(
      `${showDuration(awake)} while both are awake, ${
        showDuration(asleep)
      } when both slept (medians)`,
    );
  } catch (error) {
    if (error instanceof Deno.errors.TimedOut) {
      return bad(
        "the second process did not answer",
        "see namespaces and permissions above",
      );
    }
    throw error;
  } finally {
    // Its loop ends with its sender; it must not outlive this.
    out.close();
    kill(partner);
    await partner.status;
    await Promise.allSettled([pings, ended, errors]);
  }
}

async function ping(out: Sender, back: Receiver) {
  const bytes = new Uint8Array(8);
  const trip = async () => {
    const start = performance.now();
    await out.send(bytes, { typeId: 1 });
    await back.receive({ timeoutMs: START_MS });
    return performance.now() - start;
  };
  await trip();
  const awake: number[] = [];
  for (let i = 0; i < TRIPS; i++) awake.push(await trip());
  const asleep: number[] = [];
  for (let i = 0; i < SLEEPS; i++) {
    await new Promise((resolve) => setTimeout(resolve, SLEEP_MS));
    asleep.push(await trip());
  }
  return { awake: median(awake), asleep: median(asleep) };
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended.
  }
}
