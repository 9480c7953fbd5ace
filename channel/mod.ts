/**
 * Messages between processes, without a system call for each, in the byte
 * format of Agrona's ring and broadcast buffers: the other side may be a Java,
 * C, C++, .NET, Go or Rust program that uses Agrona or Aeron's copies of it.
 *
 * @module
 */

export type {
  ControlledAction,
  ControlledMessageHandler,
  MessageHandler,
} from "./buffers/message_handler.ts";
export { RING_TRAILER_LENGTH } from "./ring/ring_layout.ts";
export {
  INSUFFICIENT_CAPACITY,
  type RingBuffer,
  type RingBufferOptions,
} from "./ring/ring_buffer.ts";
export type { StoreOrder } from "./buffers/store_order.ts";
export { OneToOneRingBuffer } from "./ring/one_to_one_ring_buffer.ts";
export { ManyToOneRingBuffer } from "./ring/many_to_one_ring_buffer.ts";
export { ChannelEnd } from "./ends/channel_end.ts";
export { type BatchOptions, MessageReader } from "./ends/message_reader.ts";
export { SendingEnd } from "./ends/sending_end.ts";
export { Receiver, type ReceiverOptions } from "./ends/receiver.ts";
export { Sender } from "./ends/sender.ts";
export { Publisher } from "./ends/publisher.ts";
export { Subscriber, type SubscriberOptions } from "./ends/subscriber.ts";
export type {
  Message,
  MessageOptions,
  Pending,
  ReceiveOptions,
  SendOptions,
  Usage,
} from "./ends/message.ts";
export type { ChannelOptions, WaitForOptions } from "./object/options.ts";
export type {
  LayoutOptions,
  ValueLayout,
} from "../memory/checks/value_layout.ts";
export type { WaitOptions } from "../memory/waiting/wait_options.ts";
export type { Place } from "./object/place.ts";
export type {
  RingChannelOptions,
  RingOpenOptions,
} from "./carrier/ring_channel.ts";
export type { Producers } from "./membership/ring_control.ts";
export type { SenderStatus } from "./membership/senders.ts";
export { BROADCAST_TRAILER_LENGTH } from "./broadcast/broadcast_layout.ts";
export { BroadcastTransmitter } from "./broadcast/broadcast_transmitter.ts";
export { BroadcastReceiver } from "./broadcast/broadcast_receiver.ts";
export { CopyBroadcastReceiver } from "./broadcast/copy_broadcast_receiver.ts";
