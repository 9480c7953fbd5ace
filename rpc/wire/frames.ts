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

/** Whether a type, which comes from shared memory, is that of a request or its part. */
export function isRequest(type: number): boolean {
  return type === REQUEST_PART || type === CALL || type === STREAM;
}

/** The same of an answer. */
export function isAnswer(type: number): boolean {
  return type >= RESPONSE_PART && type <= END;
}

/** Length of what stands before the bytes. */
export const REQUEST_HEAD = 16;
export const RESPONSE_HEAD = 4;

const TWO_32 = 2 ** 32;

/** Items of a stream that are sent before the client has taken any. */
export const FIRST_CREDIT = 16;

/**
 * The number of a client: 53 random bits, so that it is a number here.
 */
export function newClient(): number {
  const [low = 0, high = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * TWO_32 + low;
}

/** Reads 32 bits; without a view, of which each takes longer than this. */
export function readWord(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 |
    bytes[at + 3]! << 24) >>> 0;
}

/** Reads the client of a message to the server. */
export function clientOf(message: Uint8Array): number {
  return readWord(message, 4) * TWO_32 + readWord(message, 0);
}

/** Writes the client of messages to the server. */
export function setClient(message: DataView, client: number): void {
  message.setUint32(0, client >>> 0, true);
  message.setUint32(4, client / TWO_32, true);
}

/** A message to the server that concerns no call. */
export function requestMessage(client: number, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(REQUEST_HEAD + bytes.byteLength);
  setClient(new DataView(message.buffer), client);
  message.set(bytes, REQUEST_HEAD);
  return message;
}

/** A client as text: 16 hex digits. */
export function clientText(client: number): string {
  return client.toString(16).padStart(16, "0");
}

/** What a client puts behind the name of its server, in bytes. */
export const CLIENT_SUFFIX_LENGTH = 17;

/** The place of a client's own channel, beside that of its server. */
export function replyPlace(
  server: { readonly kind: "name" | "path"; readonly name: string },
  client: number,
): string | { readonly path: string } {
  const name = `${server.name}.${clientText(client)}`;
  return server.kind === "name" ? name : { path: name };
}
