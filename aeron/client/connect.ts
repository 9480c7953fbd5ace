import { CncFile } from "../cnc/cnc_file.ts";
import { Counters } from "../cnc/counters.ts";
import { Conductor } from "../conductor/conductor.ts";
import { pollAsync } from "../../memory/waiting/poll.ts";
import type { ClientOptions } from "./options.ts";

/** What connecting makes. */
export interface Opened {
  readonly conductor: Conductor;
  readonly ending: AbortController;
  readonly counters: Counters;
}

/** Connects to a media driver. */
export async function open(
  options: ClientOptions,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  const cnc = await findDriver(options, timeoutMs, signal);
  const ending = new AbortController();
  const onEnd = (failure: Error | undefined) =>
    ending.abort(
      failure ?? new Deno.errors.BadResource("The Aeron client is closed"),
    );
  const conductor = new Conductor(cnc, { ...options, onEnd });
  const counters = new Counters(cnc.metadata, cnc.values);
  return { conductor, ending, counters };
}

/**
 * Waits for a media driver that lives, and maps its file.
 *
 * @throws {Deno.errors.TimedOut} When there is none in time.
 */
async function findDriver(
  { directory, driverTimeoutMs }: ClientOptions,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<CncFile> {
  const path = `${directory}/cnc.dat`;
  let state = "there is none";
  const attempt = (): CncFile | undefined => {
    try {
      const cnc = CncFile.open(path);
      if (cnc === undefined) {
        state = "it has not finished to start";
        return undefined;
      }
      if (isAlive(cnc, driverTimeoutMs)) return cnc;
      // A new driver replaces the file.
      cnc[Symbol.dispose]();
      state = "it is shut down or dead";
      return undefined;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      state = "there is none";
      return undefined;
    }
  };
  const cnc = await pollAsync(attempt, timeoutMs, signal);
  if (cnc !== undefined) return cnc;
  throw new Deno.errors.TimedOut(
    `Cannot connect to the media driver in ${
      JSON.stringify(directory)
    }: ${state} after ${timeoutMs} ms; start it, or pass its \`directory\``,
  );
}

function isAlive(cnc: CncFile, driverTimeoutMs: number): boolean {
  const time = cnc.toDriver.consumerHeartbeatTime;
  return time > 0n && Date.now() - Number(time) <= driverTimeoutMs;
}
