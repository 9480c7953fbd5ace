/**
 * Both ends of a channel in one program, and what tests ask about them.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import {
  type Message,
  Receiver,
  type ReceiverOptions,
  type RingChannelOptions,
  Sender,
} from "../../../channel/mod.ts";
import { randomName } from "../names.ts";

/** A name that is removed in the end, if something has it. */
export class Name implements Disposable {
  readonly text: string = randomName();

  [Symbol.dispose](): void {
    try {
      SharedMemory.unlink(this.text);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Both ends of a channel, and its name, until they are disposed of. */
export interface Ends extends Disposable {
  readonly name: string;
  readonly sender: Sender;
  readonly receiver: Receiver;
}

/** Makes a channel, and opens both ends. */
export function ends(
  options: RingChannelOptions & ReceiverOptions = {},
): Ends {
  using undo = new DisposableStack();
  const name = undo.use(new Name()).text;
  const receiver = undo.use(Receiver.create(name, options));
  const sender = undo.use(Sender.open(name));
  const stack = undo.move();
  return { name, sender, receiver, [Symbol.dispose]: () => stack.dispose() };
}

/** Bytes that differ from message to message. */
export function bytesOf(
  number: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length },
    (_, i) => (number * 7 + i * 13 + (i >> 8)) & 0xff,
  );
}

/** Fills a channel with messages of some length; gives how many there were room for. */
export function fill(sender: Sender, length: number): number {
  let count = 0;
  while (sender.trySend(bytesOf(count, length))) count++;
  return count;
}

/** First bytes of all messages up to the end. */
export async function firstBytes(
  messages: AsyncIterable<Message>,
): Promise<number[]> {
  const numbers = [];
  for await (const { bytes } of messages) numbers.push(bytes[0] ?? NaN);
  return numbers;
}

/** Whether a promise is still pending after everything else had several turns. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settle = () => {
    pending = false;
  };
  promise.then(settle, settle);
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return pending;
}

/** Descriptors and mappings of an object that this process has. */
export function traces(name: string): string[] {
  const { stdout } = new Deno.Command("sh", {
    args: ["-c", 'ls -l "/proc/$1/fd"; cat "/proc/$1/maps"', "sh"].concat(
      String(Deno.pid),
    ),
    stderr: "null",
  }).outputSync();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(name));
}

/** Does something to an object, and checks that it changed nothing and left nothing. */
export function unchanged(name: string, attempt: () => void): void {
  using memory = SharedMemory.open(name);
  using mapping = memory.map();
  const before = mapping.bytes.slice();
  const had = traces(name).length;
  attempt();
  assertEquals(mapping.bytes, before);
  assertEquals(traces(name).length, had);
}

/** Bytes of chunks, one behind the other. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** All bytes of a stream. */
export async function readAll(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array> {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return joined(chunks);
}
