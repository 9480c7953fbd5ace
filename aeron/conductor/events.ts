/**
 * What the media driver tells its clients, as it lies in its broadcast buffer.
 * Everybody is told everything.
 *
 * @module
 */

/** A publication is there. */
export interface PublicationReady {
  readonly type: "publication-ready";
  readonly correlationId: bigint;
  readonly registrationId: bigint;
  readonly sessionId: number;
  readonly streamId: number;
  readonly limitCounterId: number;
  /** -1 for those that have no channel of a network. */
  readonly channelStatusId: number;
  readonly logFile: string;
}

/** A publisher was found for a subscription. */
export interface ImageAvailable {
  readonly type: "image-available";
  readonly correlationId: bigint;
  readonly sessionId: number;
  readonly streamId: number;
  readonly subscriptionId: bigint;
  readonly positionCounterId: number;
  readonly logFile: string;
  readonly sourceIdentity: string;
}

/** A publisher has gone. */
export interface ImageUnavailable {
  readonly type: "image-unavailable";
  readonly correlationId: bigint;
  readonly subscriptionId: bigint;
}

/** A command failed. */
export interface CommandFailed {
  readonly type: "error";
  readonly correlationId: bigint;
  readonly errorCode: number;
  readonly text: string;
}

/** A command was carried out, and its answer is a number at most. */
export interface CommandDone {
  readonly type:
    | "done"
    | "subscription-ready"
    | "counter-ready"
    | "next-session-id";
  readonly correlationId: bigint;
  /** Channel status, counter, or session; -1 where there is none. */
  readonly value: number;
}

/** The driver has given a client up. */
export interface ClientTimedOut {
  readonly type: "client-timeout";
  readonly clientId: bigint;
}

/** A receiver of a publication could not be served. */
export interface PublicationFailed {
  readonly type: "publication-error";
  readonly registrationId: bigint;
  readonly errorCode: number;
  readonly text: string;
}

/** Anything that clients take notice of. */
export type DriverEvent =
  | PublicationReady
  | ImageAvailable
  | ImageUnavailable
  | CommandFailed
  | CommandDone
  | ClientTimedOut
  | PublicationFailed;

const decoder = new TextDecoder();

/** Reads fields of an event, and nothing behind its end. */
class Fields {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, length: number) {
    this.#bytes = bytes.subarray(0, length);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  i32(at: number): number {
    return this.#view.getInt32(at, true);
  }

  i64(at: number): bigint {
    return this.#view.getBigInt64(at, true);
  }

  text(at: number): string {
    const length = this.i32(at);
    if (length < 0 || length > this.#bytes.length - at - 4) {
      throw new RangeError(`a text has ${length} bytes`);
    }
    return decoder.decode(this.#bytes.slice(at + 4, at + 4 + length));
  }
}

/**
 * Reads an event.
 *
 * @param bytes A copy that nobody writes; the event starts at 0.
 * @returns `undefined` for what clients need not know.
 * @throws {TypeError} When it is cut short.
 */
export function readEvent(
  typeId: number,
  bytes: Uint8Array,
  length: number,
): DriverEvent | undefined {
  const read = READERS.get(typeId);
  if (read === undefined) return undefined;
  try {
    return read(new Fields(bytes, length));
  } catch (error) {
    throw new TypeError(
      `Cannot read an answer of the media driver: corrupt answer 0x${
        typeId.toString(16)
      } of ${length} bytes: ${error instanceof Error ? error.message : error}`,
    );
  }
}

type Reader = (fields: Fields) => DriverEvent;

const publicationReady: Reader = (fields) => ({
  type: "publication-ready",
  correlationId: fields.i64(0),
  registrationId: fields.i64(8),
  sessionId: fields.i32(16),
  streamId: fields.i32(20),
  limitCounterId: fields.i32(24),
  channelStatusId: fields.i32(28),
  logFile: fields.text(32),
});

const imageAvailable: Reader = (fields) => {
  const logFile = fields.text(28);
  // The length in bytes, which are ASCII, rounded up.
  const identityAt = 32 + ((fields.i32(28) + 3) & -4);
  return {
    type: "image-available",
    correlationId: fields.i64(0),
    sessionId: fields.i32(8),
    streamId: fields.i32(12),
    subscriptionId: fields.i64(16),
    positionCounterId: fields.i32(24),
    logFile,
    sourceIdentity: fields.text(identityAt),
  };
};

const done = (type: CommandDone["type"], hasValue: boolean): Reader =>
(
  fields,
) => ({
  type,
  correlationId: fields.i64(0),
  value: hasValue ? fields.i32(8) : -1,
});

const READERS: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [0x0f01, (fields) => ({
    type: "error",
    correlationId: fields.i64(0),
    errorCode: fields.i32(8),
    text: fields.text(12),
  })],
  [0x0f02, imageAvailable],
  [0x0f03, publicationReady],
  [0x0f04, done("done", false)],
  [0x0f05, (fields) => ({
    type: "image-unavailable",
    correlationId: fields.i64(0),
    subscriptionId: fields.i64(8),
  })],
  [0x0f06, publicationReady],
  [0x0f07, done("subscription-ready", true)],
  [0x0f08, done("counter-ready", true)],
  [0x0f0a, (fields) => ({
    type: "client-timeout",
    clientId: fields.i64(0),
  })],
  [0x0f0b, done("counter-ready", true)],
  [0x0f0c, (fields) => ({
    type: "publication-error",
    registrationId: fields.i64(0),
    errorCode: fields.i32(60),
    text: fields.text(64),
  })],
  [0x0f0d, done("next-session-id", true)],
]);
