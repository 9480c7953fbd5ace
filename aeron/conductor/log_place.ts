import { LogBuffer } from "../log/log_buffer.ts";
import type { Conductor } from "./conductor.ts";

/** How drivers call logs, in their folder. */
const LOG_NAME = /\/((?:publications|images)\/[\w-]+\.logbuffer)$/;

/**
 * Maps a log that the driver names. It is looked for in the folder in which this
 * client found the driver: what stands in shared memory opens no other file, and a
 * driver in a container may see the folder elsewhere.
 *
 * @param sparse Leave its pages unreserved. Default: what the client was told.
 * @throws {TypeError} When the driver names something else.
 */
export function openLog(
  conductor: Conductor,
  logFile: string,
  sparse: boolean | undefined,
): LogBuffer {
  const [, name] = LOG_NAME.exec(logFile) ?? [];
  if (name === undefined) {
    throw new TypeError(
      `Cannot use log ${
        JSON.stringify(logFile)
      }: corrupt answer: logs are publications/….logbuffer or images/….logbuffer; restart the media driver`,
    );
  }
  const { options } = conductor;
  return LogBuffer.open(
    `${options.directory}/${name}`,
    sparse ?? options.sparse,
  );
}
