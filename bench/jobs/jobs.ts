/**
 * Values, maps, queues and calls, against what a program uses otherwise.
 *
 * @module
 */

import type { Report } from "../report.ts";
import { calls } from "./calls.ts";
import { flatness } from "./flatness.ts";
import { latestValues } from "./latest_values.ts";
import { maps } from "./maps.ts";
import { startRedis } from "./redis.ts";
import { structs } from "./structs.ts";
import { workQueues } from "./work_queues.ts";

/** Measures, 64 bytes a value unless the line says another size. */
export async function jobs(): Promise<Report> {
  await using redis = await startRedis();
  return {
    question: "What do structs, newest values, maps, queues and calls cost?",
    peer: redis === undefined
      ? "what the line says; redis-server is not installed"
      : "what the line says",
    ratio: "time / peer, or as the line says",
    lines: [
      ...structs(),
      ...await latestValues(64, 100_000),
      ...await latestValues(3_686_400, 20),
      ...await maps(redis?.client),
      ...await workQueues(redis?.client),
      ...await calls(),
      ...await flatness(),
    ],
  };
}
