/**
 * What programs that share memory otherwise write by hand, between any number of
 * processes; Linux. Each survives the death of any of them at any moment, waits
 * without using the processor, closes with `using`, and lies under a name or in a
 * file.
 *
 * | what | for |
 * | --- | --- |
 * | `Latest` | the newest complete value: frames, positions, configuration |
 * | `SharedBroadcastChannel` | `BroadcastChannel` between processes |
 * | `SharedMap` | keys to bytes in a fixed budget: sessions, caches |
 * | `WorkQueue` | jobs, each for one of many takers, with those of dead processes returned to the queue |
 *
 * @example The newest value
 * ```ts
 * import { Latest } from "@shmem/shmem/store";
 *
 * const name = `/price-${crypto.randomUUID()}`;
 * using latest = Latest.create(name, { byteLength: 1000 });
 * latest.write(new TextEncoder().encode('{"ACME":100}'));
 * const { bytes } = await latest.next();
 * console.log(JSON.parse(new TextDecoder().decode(bytes)).ACME); // 100
 * latest.unlink();
 * ```
 *
 * @module
 */

export { Latest } from "./latest/latest.ts";
export type {
  LatestInfo,
  LatestOpenOptions,
  LatestOptions,
  LatestValue,
} from "./latest/latest_options.ts";
export { SharedMap } from "./map/shared_map.ts";
export type { Key } from "./map/map_key.ts";
export type {
  SetOptions,
  SharedMapOptions,
  SharedMapUsage,
  UpdateOptions,
} from "./map/map_options.ts";
export { WorkQueue } from "./work_queue/work_queue.ts";
export type {
  PutOptions,
  WorkQueueOptions,
  WorkQueueStatus,
} from "./work_queue/queue_options.ts";
export { Job, type RetryOptions } from "./work_queue/job.ts";
export {
  SharedBroadcastChannel,
  type SharedBroadcastChannelOptions,
} from "./broadcast/shared_broadcast_channel.ts";
export type { Place } from "./object/place.ts";
export type { StoreOptions } from "./object/store_object.ts";
export type {
  LayoutOptions,
  ValueLayout,
} from "../memory/checks/value_layout.ts";
