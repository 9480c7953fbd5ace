/**
 * Looking at what processes share, without changing or disturbing it.
 *
 * @module
 */

export {
  type Address,
  addressText,
  parseAddress,
  type Space,
} from "./address.ts";
export { ByteSource } from "./bytes/byte_source.ts";
export { type Bytes, openBytes } from "./bytes/open_bytes.ts";
export { Words } from "./bytes/words.ts";
export type { AeronState } from "./objects/aeron.ts";
export type { AeronCounter, AeronStream } from "./objects/aeron_counters.ts";
export type { BroadcastChannelState } from "./objects/stores/broadcast_channel.ts";
export type { BroadcastState } from "./objects/broadcast.ts";
export { identify, type Identity } from "./objects/identify.ts";
export type { LatestState } from "./objects/stores/latest.ts";
export type { LockState } from "./objects/locks.ts";
export type { MapState } from "./objects/stores/map.ts";
export type { Participant } from "./objects/participant.ts";
export type { RingState, SenderState, Sleep } from "./objects/ring.ts";
export type { RecordsState } from "./objects/ring_records.ts";
export type { SemaphoreState } from "./objects/semaphore.ts";
export type { StoreHeader } from "./objects/stores/store_header.ts";
export type { TakenJob, WorkQueueState } from "./objects/stores/work_queue.ts";
export type { Mapped } from "./processes/maps.ts";
export {
  type Descriptor,
  type Holder,
  type ProcessScan,
  scanProcesses,
} from "./processes/scan.ts";
export type { MessageQueueState } from "./sysv/message_queues.ts";
export type { SegmentState } from "./sysv/segments.ts";
export type { MemberState, SetState } from "./sysv/sets.ts";
export type { SystemQueueState } from "./sysv/system_queues.ts";
export {
  type CreatorState,
  type Description,
  type Entry,
  type Finding,
  type Kind,
  KINDS,
} from "./types.ts";
export { describe, type DescribeOptions } from "./whole/describe.ts";
export { type Listing, listObjects, type ListOptions } from "./whole/list.ts";
export { type Rates, ratesBetween } from "./whole/rates.ts";
export { type Holders, processesOf } from "./whole/who.ts";
