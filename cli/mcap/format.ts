/**
 * What files in the format MCAP are made of, by its specification
 * (https://mcap.dev/spec): a magic, records of an opcode, a length of 64 bits and
 * fields, and the magic again. Times are nanoseconds since 1970.
 *
 * @module
 */

/** The first and the last bytes of a file. */
export const MAGIC: Uint8Array<ArrayBuffer> = new Uint8Array([
  0x89,
  0x4d,
  0x43,
  0x41,
  0x50,
  0x30,
  0x0d,
  0x0a,
]);

/** Bytes before the fields of a record: opcode and length. */
export const RECORD_HEADER = 9;

/** What a record is. */
export const OPCODE = {
  header: 0x01,
  footer: 0x02,
  schema: 0x03,
  channel: 0x04,
  message: 0x05,
  chunk: 0x06,
  messageIndex: 0x07,
  chunkIndex: 0x08,
  statistics: 0x0b,
  metadata: 0x0c,
  metadataIndex: 0x0d,
  summaryOffset: 0x0e,
  dataEnd: 0x0f,
} as const;

/** Fields of a footer, in bytes. */
export const FOOTER_LENGTH = 20;

/** How messages of a channel are described. */
export interface Schema {
  /** From 1 on. */
  readonly id: number;
  readonly name: string;
  /** `"jsonschema"`, or another one of the registry of MCAP. */
  readonly encoding: string;
  readonly data: Uint8Array;
}

/** Where messages come from. */
export interface Channel {
  readonly id: number;
  /** 0: none. */
  readonly schemaId: number;
  readonly topic: string;
  /** `"json"`, or a name of one's own. */
  readonly messageEncoding: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A message. */
export interface Message {
  readonly channelId: number;
  /** Counts the messages of a channel; 32 bits. */
  readonly sequence: number;
  /** When it was recorded, in nanoseconds since 1970. */
  readonly logTime: bigint;
  readonly data: Uint8Array;
}

/** Texts with a name, such as where a recording was made. */
export interface Metadata {
  readonly name: string;
  readonly entries: Readonly<Record<string, string>>;
}
