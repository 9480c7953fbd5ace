/**
 * Messages between machines: a client of Aeron, whose media driver is a program of its own
 * in Java or C. No addon: it talks with the driver through shared memory.
 *
 * @module
 */

export { Aeron } from "./client/aeron.ts";
export type { CounterOptions } from "./client/add_counter.ts";
export type { PublicationOptions } from "./client/add_publication.ts";
export type { SubscriptionOptions } from "./client/add_subscription.ts";
export type { AeronOptions } from "./client/options.ts";
export { AeronError } from "./client/aeron_error.ts";
export type { ChannelLike } from "./client/channel_like.ts";
export type { ChannelStatus } from "./conductor/channel_status.ts";
export { Counter } from "./cnc/counter.ts";
export { type CounterInfo, Counters } from "./cnc/counters.ts";
export { Publication } from "./publication/publication.ts";
export { ExclusivePublication } from "./publication/exclusive_publication.ts";
export { PublicationBase } from "./publication/publication_base.ts";
export { Claim } from "./publication/claim.ts";
export type { OfferFailure, OfferResult } from "./publication/offer_result.ts";
export { Subscription } from "./subscription/subscription.ts";
export type { ImageEvents } from "./subscription/image_set.ts";
export { Image } from "./subscription/image.ts";
export { FrameHeader } from "./subscription/frame_header.ts";
export type {
  ControlledAction,
  ControlledFragmentHandler,
  FragmentHandler,
} from "./subscription/fragment_handler.ts";
export {
  ControlledFragmentAssembler,
  FragmentAssembler,
} from "./subscription/fragment_assembler.ts";
export type { AeronMessage, MessagesOptions } from "./subscription/messages.ts";
export type {
  BlockingWaitOptions,
  WaitOptions,
} from "../memory/waiting/wait_options.ts";
export {
  ChannelUri,
  type Media,
  type ParseOptions,
} from "./uri/channel_uri.ts";
export type {
  ChannelParameters,
  Duration,
  Size,
} from "./uri/channel_parameters.ts";
export { AeronArchive } from "./archive/aeron_archive.ts";
export { ArchiveError } from "./archive/archive_error.ts";
export type { ArchiveOptions, Credentials } from "./archive/archive_options.ts";
export type { RecordOptions } from "./archive/record_options.ts";
export type {
  Recording,
  RecordingChange,
  RecordingSignal,
  RecordingsQuery,
  RecordingSubscription,
} from "./archive/recording.ts";
export { Recordings } from "./archive/recordings.ts";
export {
  type MergeState,
  ReplayMerge,
  type ReplayMergeOptions,
} from "./archive/replay_merge.ts";
export type { ReplayOptions } from "./archive/replay_options.ts";
export {
  Bridge,
  bridge,
  type BridgeOptions,
  type BridgeStatus,
} from "./bridge/bridge.ts";
export type { BridgeSource, BridgeTarget } from "./bridge/ends.ts";
export { CHECKPOINT_LENGTH } from "./bridge/checkpoint.ts";
export {
  type RecordedMessage,
  RecordedStream,
  type RecordedStreamOptions,
  type StreamPlace,
} from "./bridge/recorded_stream.ts";
