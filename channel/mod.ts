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
} from "./message_handler.ts";
export { RING_TRAILER_LENGTH } from "./ring_layout.ts";
export { INSUFFICIENT_CAPACITY, RingBuffer } from "./ring_buffer.ts";
export { OneToOneRingBuffer } from "./one_to_one_ring_buffer.ts";
export { ManyToOneRingBuffer } from "./many_to_one_ring_buffer.ts";
export { Receiver, type ReceiverOptions } from "./receiver.ts";
export { Sender, type SendOptions } from "./sender.ts";
export { Publisher } from "./publisher.ts";
export { Subscriber, type SubscriberOptions } from "./subscriber.ts";
export type { Message, MessageOptions } from "./message.ts";
export {
  MessageReader,
  type ReceiveOptions,
  type Verdict,
} from "./message_reader.ts";
export type { ChannelOptions, WaitForOptions } from "./channel_object.ts";
export type { RingChannelOptions, RingOpenOptions } from "./ring_channel.ts";
export type { Producers } from "./ring_control.ts";
export { BROADCAST_TRAILER_LENGTH } from "./broadcast_layout.ts";
export { BroadcastTransmitter } from "./broadcast_transmitter.ts";
export { BroadcastReceiver } from "./broadcast_receiver.ts";
export { CopyBroadcastReceiver } from "./copy_broadcast_receiver.ts";
