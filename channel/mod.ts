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
export { INSUFFICIENT_CAPACITY, RingBuffer } from "./ring/ring_buffer.ts";
export { OneToOneRingBuffer } from "./ring/one_to_one_ring_buffer.ts";
export { ManyToOneRingBuffer } from "./ring/many_to_one_ring_buffer.ts";
export { Receiver, type ReceiverOptions } from "./ends/receiver.ts";
export { Sender, type SendOptions } from "./ends/sender.ts";
export { Publisher } from "./ends/publisher.ts";
export { Subscriber, type SubscriberOptions } from "./ends/subscriber.ts";
export type { Message, MessageOptions } from "./ends/message.ts";
export {
  MessageReader,
  type ReceiveOptions,
  type Verdict,
} from "./ends/message_reader.ts";
export type { ChannelOptions, WaitForOptions } from "./ends/channel_object.ts";
export type {
  RingChannelOptions,
  RingOpenOptions,
} from "./ends/ring_channel.ts";
export type { Producers } from "./membership/ring_control.ts";
export { BROADCAST_TRAILER_LENGTH } from "./broadcast/broadcast_layout.ts";
export { BroadcastTransmitter } from "./broadcast/broadcast_transmitter.ts";
export { BroadcastReceiver } from "./broadcast/broadcast_receiver.ts";
export { CopyBroadcastReceiver } from "./broadcast/copy_broadcast_receiver.ts";
