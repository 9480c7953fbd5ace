/**
 * Queues that are gone at the end of a block, and other short ways of these tests.
 *
 * @module
 */

import {
  MessageQueue,
  type MessageQueueCreateOptions,
  SystemMessageQueue,
  type SystemQueueCreateOptions,
} from "../../../queue/mod.ts";
import { randomKey, randomName } from "../names.ts";

/**
 * A POSIX queue, unlinked at the end of the block; of short messages, because all
 * processes of a user together have room for nine queues of the usual size.
 */
export function testQueue(
  options: MessageQueueCreateOptions = {},
): Disposable & { readonly queue: MessageQueue; readonly name: string } {
  const name = randomName();
  const queue = MessageQueue.create(name, {
    maxMessageLength: 1024,
    ...options,
  });
  return {
    queue,
    name,
    [Symbol.dispose]: () => {
      queue.close();
      ignoreErrors(() => MessageQueue.unlinkName(name));
    },
  };
}

/** A System V queue, removed at the end of the block. */
export function testSystemQueue(
  options: SystemQueueCreateOptions = {},
): Disposable & { readonly queue: SystemMessageQueue } {
  const queue = SystemMessageQueue.create({ key: randomKey(), ...options });
  return {
    queue,
    [Symbol.dispose]: () => ignoreErrors(() => queue.remove()),
  };
}

/** A folder of its own, removed at the end of the block. */
export function testFolder(): Disposable & { readonly path: string } {
  const path = Deno.makeTempDirSync({ prefix: "shmem-pipe-" });
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

function ignoreErrors(call: () => void): void {
  try {
    call();
  } catch {
    // It was removed before, as part of the test.
  }
}

/** Text as bytes. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Bytes as text. */
export function textOf(message: { readonly bytes: Uint8Array } | null): string {
  return new TextDecoder().decode(message?.bytes);
}

/** Bytes as a peer writes them. */
export function hexOf(text: string): string {
  return bytesOf(text).toHex() || "-";
}
