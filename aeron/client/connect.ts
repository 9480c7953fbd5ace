import { CncFile } from "../cnc/cnc_file.ts";
import { pollAsync } from "../../memory/waiting/poll.ts";
import type { ClientOptions } from "./options.ts";

/**
 * Waits for a media driver that lives, and maps its file.
 *
 * @throws {Deno.errors.TimedOut} When there is none in time.
 */
export async function findDriver(
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
