/**
 * The same loops over different ways of passing messages: one side sends, each
 * message awaited, and the other receives, message by message.
 *
 * @module
 */

/** Bytes of a message. */
export const LENGTH = 64;

/** Bytes of a chunk of a stream. */
export const CHUNK_LENGTH = 65_536;

/** Sends so many messages, numbered. */
export async function sendAll(
  count: number,
  send: (message: Uint8Array<ArrayBuffer>) => Promise<unknown>,
): Promise<void> {
  const message = new Uint8Array(LENGTH);
  const words = new Int32Array(message.buffer);
  for (let number = 0; number < count; number++) {
    words[0] = number;
    await send(message);
  }
}

/**
 * Receives so many messages, and looks at each.
 *
 * @returns The nanoseconds from the first message to the last.
 */
export async function receiveAll(
  count: number,
  messages: AsyncIterable<Uint8Array | { readonly bytes: Uint8Array }>,
): Promise<number> {
  let start = 0;
  let number = 0;
  for await (const message of messages) {
    const bytes = message instanceof Uint8Array ? message : message.bytes;
    if (number === 0) start = performance.now();
    // The low byte of the number.
    if (bytes[0] !== (number & 0xff)) throw new Error(`${number} is lost`);
    if (++number === count) break;
  }
  return (performance.now() - start) * 1e6;
}

/**
 * Receives so many messages in arrays of those that are there, and looks at each.
 *
 * @returns The nanoseconds from the first message to the last.
 */
export async function receiveBatches(
  count: number,
  batches: AsyncIterable<readonly { readonly bytes: Uint8Array }[]>,
): Promise<number> {
  let start = 0;
  let number = 0;
  for await (const batch of batches) {
    if (number === 0) start = performance.now();
    for (const { bytes } of batch) {
      if (bytes[0] !== (number & 0xff)) throw new Error(`${number} is lost`);
      number++;
    }
    if (number >= count) break;
  }
  return (performance.now() - start) * 1e6;
}

/** Sends so many messages, numbered, without a promise for each that has room. */
export async function sendBatches(
  count: number,
  sender: {
    trySend(message: Uint8Array<ArrayBuffer>): boolean;
    send(message: Uint8Array<ArrayBuffer>): Promise<void>;
  },
): Promise<void> {
  const message = new Uint8Array(LENGTH);
  const words = new Int32Array(message.buffer);
  for (let number = 0; number < count; number++) {
    words[0] = number;
    if (!sender.trySend(message)) await sender.send(message);
  }
}

/** Reads messages, each by itself. */
export async function* messagesReadFrom(
  conn: Deno.Conn,
): AsyncGenerator<Uint8Array> {
  for (;;) {
    const message = new Uint8Array(LENGTH);
    let length = 0;
    while (length < LENGTH) {
      const read = await conn.read(message.subarray(length));
      if (read === null) return;
      length += read;
    }
    yield message;
  }
}

/** Cuts a stream of bytes into messages. */
export async function* messagesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let rest = new Uint8Array();
  for await (const chunk of stream.values({ preventCancel: true })) {
    const bytes = rest.length === 0 ? chunk : join(rest, chunk);
    let start = 0;
    for (; start + LENGTH <= bytes.length; start += LENGTH) {
      yield bytes.subarray(start, start + LENGTH);
    }
    rest = bytes.slice(start);
  }
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** A stream of so many bytes. */
export function streamOf(byteLength: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(CHUNK_LENGTH).fill(7);
  let left = byteLength;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      const length = Math.min(left, CHUNK_LENGTH);
      left -= length;
      controller.enqueue(
        length === CHUNK_LENGTH ? chunk : chunk.slice(0, length),
      );
    },
  }, { highWaterMark: 0 });
}

/**
 * Receives so many bytes of a stream.
 *
 * @returns The nanoseconds from the first chunk to the last.
 */
export async function receiveStream(
  byteLength: number,
  stream: ReadableStream<Uint8Array>,
): Promise<number> {
  let start = 0;
  let received = 0;
  for await (const chunk of stream.values({ preventCancel: true })) {
    if (received === 0) start = performance.now();
    received += chunk.length;
    if (chunk[0] !== 7) throw new Error("The stream is damaged");
    if (received >= byteLength) break;
  }
  return (performance.now() - start) * 1e6;
}
