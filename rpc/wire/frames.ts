/**
 * What goes over the channels of a server:
 *
 * ```text
 * to the server, over its channel of many senders:
 *    0  the client, 64 bits      8  the call, 32 bits      12  a number, 32 bits
 *   16  bytes
 * to a client, over a channel of its own:
 *    0  the call, 32 bits        4  bytes
 * ```
 *
 * The type of a message says what it is. What is longer than a message goes in
 * parts, the last of which has the type of the whole.
 *
 * @module
 */

import type { Sender } from "../../channel/mod.ts";

/** To the server. */
export const HELLO = 1;
export const REQUEST_PART = 2;
export const CALL = 3;
export const STREAM = 4;
export const CANCEL = 5;
export const CREDIT = 6;
export const BYE = 7;

/** To a client. */
export const WELCOME = 1;
export const RESPONSE_PART = 2;
export const RESULT = 3;
export const ERROR = 4;
export const ITEM = 5;
export const END = 6;

/** Length of what stands before the bytes. */
export const REQUEST_HEAD = 16;
export const RESPONSE_HEAD = 4;

/** Items of a stream that are sent before the client has taken any. */
export const FIRST_CREDIT = 16;

/** A message to the server. */
export interface Request {
  readonly client: bigint;
  readonly call: number;
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Reads a message to the server; nothing when it is none. */
export function readRequest(
  message: Uint8Array<ArrayBuffer>,
): Request | undefined {
  if (message.byteLength < REQUEST_HEAD) return undefined;
  const view = new DataView(message.buffer, message.byteOffset);
  return {
    client: view.getBigUint64(0, true),
    call: view.getUint32(8, true),
    number: view.getUint32(12, true),
    bytes: message.subarray(REQUEST_HEAD),
  };
}

/** What stands before the bytes of a message to the server. */
export function requestHead(
  client: bigint,
  call: number,
  number = 0,
): Uint8Array {
  const head = new Uint8Array(REQUEST_HEAD);
  const view = new DataView(head.buffer);
  view.setBigUint64(0, client, true);
  view.setUint32(8, call, true);
  view.setUint32(12, number, true);
  return head;
}

/** What stands before the bytes of a message to a client. */
export function responseHead(call: number): Uint8Array {
  const head = new Uint8Array(RESPONSE_HEAD);
  new DataView(head.buffer).setUint32(0, call, true);
  return head;
}

/**
 * Sends bytes behind a head at once, if they fit into a message and there is room
 * for it.
 */
export function trySendFrame(
  sender: Sender,
  head: Uint8Array,
  bytes: Uint8Array,
  typeId: number,
): boolean {
  if (bytes.byteLength > sender.maxMessageLength - head.byteLength) {
    return false;
  }
  return sender.trySend(joined(head, bytes), { typeId });
}

/** Sends bytes behind a head, in parts where they are longer than a message. */
export async function sendFrame(
  sender: Sender,
  head: Uint8Array,
  bytes: Uint8Array,
  types: { readonly part: number; readonly last: number },
  signal?: AbortSignal,
): Promise<void> {
  const room = sender.maxMessageLength - head.byteLength;
  const options = signal === undefined ? {} : { signal };
  let start = 0;
  for (; bytes.byteLength - start > room; start += room) {
    const part = joined(head, bytes.subarray(start, start + room));
    await sender.send(part, { typeId: types.part, ...options });
  }
  const last = joined(head, bytes.subarray(start));
  await sender.send(last, { typeId: types.last, ...options });
}

function joined(head: Uint8Array, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(head.byteLength + bytes.byteLength);
  message.set(head);
  message.set(bytes, head.byteLength);
  return message;
}

/** The place of a client's own channel, beside that of its server. */
export function replyPlace(
  server: { readonly kind: "name" | "path"; readonly name: string },
  client: bigint,
): string | { readonly path: string } {
  const name = `${server.name}.${client.toString(16).padStart(16, "0")}`;
  return server.kind === "name" ? name : { path: name };
}
