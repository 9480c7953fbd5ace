/**
 * A whole file made of what is left of one that was cut short or damaged.
 *
 * @module
 */

import type { Channel, Schema } from "./format.ts";
import { type FileSource, readMcap } from "./mcap_reader.ts";
import { McapWriter, type Sink } from "./mcap_writer.ts";

/** Chunks are written when they are this long. */
const CHUNK_LENGTH = 2 ** 20;

/** How many problems are told. */
const MOST_PROBLEMS = 20;

/** What was saved. */
export interface Recovered {
  readonly messages: number;
  readonly channels: number;
  /** Whether nothing was wrong with it. */
  readonly complete: boolean;
  /** Bytes at its end that are no whole records. */
  readonly lostBytes: number;
  /** What was wrong, in words. */
  readonly problems: readonly string[];
}

/** Copies all that is whole. */
export function recover(
  source: FileSource,
  sink: Sink,
  library: string,
): Recovered {
  const writer = new McapWriter(sink, library);
  const schemas = new Map<number, Schema>();
  const channels = new Map<number, Channel>();
  const problems: string[] = [];
  const report = (problem: string) => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
    else if (problems.length === MOST_PROBLEMS) problems.push("and more");
  };
  const records = readMcap(source);
  let next = records.next();
  for (; next.done !== true; next = records.next()) {
    const found = next.value;
    switch (found.kind) {
      case "schema":
        // Files may say it once more in each chunk.
        if (found.schema.id !== 0 && !schemas.has(found.schema.id)) {
          schemas.set(found.schema.id, found.schema);
          writer.addSchema(found.schema);
        }
        break;
      case "channel":
        if (!channels.has(found.channel.id)) {
          channels.set(found.channel.id, found.channel);
          writer.addChannel(
            schemas.has(found.channel.schemaId)
              ? found.channel
              : { ...found.channel, schemaId: 0 },
          );
        }
        break;
      case "message": {
        const { channelId, logTime, data } = found.message;
        if (channels.has(channelId)) {
          writer.addMessage(channelId, logTime, data);
        } else {problems.push(
            `a message is of channel ${channelId}, which none is`,
          );}
        break;
      }
      case "metadata":
        writer.addMetadata(found.metadata);
        break;
      case "damage":
        report(`at byte ${found.at}: ${found.reason}`);
    }
    if (writer.pending >= CHUNK_LENGTH) writer.writeChunk();
  }
  const { complete, wholeTo, reason } = next.value;
  if (reason !== undefined) report(`at byte ${wholeTo}: ${reason}`);
  writer.end();
  return {
    messages: writer.messages,
    channels: channels.size,
    complete: complete && problems.length === 0,
    lostBytes: source.size - wholeTo,
    problems,
  };
}
