import { BytesIn } from "./bytes_in.ts";
import { crc32 } from "./crc32.ts";
import {
  type Channel,
  MAGIC,
  type Message,
  type Metadata,
  OPCODE,
  RECORD_HEADER,
  type Schema,
} from "./format.ts";

/** A file, of which any part can be read. */
export interface FileSource {
  readonly size: number;
  /** Reads exactly that many bytes from an offset on. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** What is found in a file, in its order. */
export type Found =
  | { readonly kind: "schema"; readonly schema: Schema }
  | { readonly kind: "channel"; readonly channel: Channel }
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "metadata"; readonly metadata: Metadata }
  | { readonly kind: "damage"; readonly at: number; readonly reason: string };

/** How a file ends. */
export interface Ending {
  /** Whether its end is there: the data, the summary and the magic. */
  readonly complete: boolean;
  /** Up to where it is whole, in bytes. */
  readonly wholeTo: number;
  /** What is wrong behind that. */
  readonly reason: string | undefined;
}

/** Longest record: it is held in memory. */
const LONGEST = 2 ** 30;

/**
 * Reads a file from its start, whether it has a summary or was cut short: what is
 * whole is found. Nothing that stands in it is believed unchecked.
 *
 * @throws {Deno.errors.InvalidData} When it is no file of this format, or
 * compressed.
 */
export function* readMcap(
  source: FileSource,
): Generator<Found, Ending, undefined> {
  const { size } = source;
  if (size < MAGIC.length || !isMagic(source.read(0, MAGIC.length))) {
    throw new Deno.errors.InvalidData(
      "it does not begin as a file in the format MCAP does",
    );
  }
  let at = MAGIC.length;
  const cut = (reason: string): Ending => ({
    complete: false,
    wholeTo: at,
    reason,
  });
  let hasEnd = false;
  for (;;) {
    if (at + RECORD_HEADER > size) return cut("it ends without an end");
    const head = new BytesIn(source.read(at, RECORD_HEADER));
    const opcode = head.u8();
    const length = Number(head.u64());
    if (length > size - at - RECORD_HEADER) {
      return cut(
        `a record of ${length} bytes is cut to ${size - at - RECORD_HEADER}`,
      );
    }
    if (opcode === 0) return cut("there is a record without a kind");
    if (length > LONGEST) {
      return cut(
        `a record has ${length} bytes, and ${LONGEST} can be read`,
      );
    }
    if (opcode === OPCODE.footer) {
      const end = at + RECORD_HEADER + length;
      const isWhole = end + MAGIC.length === size &&
        isMagic(source.read(end, MAGIC.length));
      if (!isWhole || !hasEnd) return cut("its last bytes are missing");
      return { complete: true, wholeTo: size, reason: undefined };
    }
    if (opcode === OPCODE.dataEnd) hasEnd = true;
    // What comes behind is the summary, which only repeats.
    if (!hasEnd && isWanted(opcode)) {
      const content = source.read(at + RECORD_HEADER, length);
      yield* readRecord(opcode, content, at);
    }
    at += RECORD_HEADER + length;
  }
}

const WANTED: readonly number[] = [
  OPCODE.schema,
  OPCODE.channel,
  OPCODE.message,
  OPCODE.metadata,
  OPCODE.chunk,
];

function isWanted(opcode: number): boolean {
  return WANTED.includes(opcode);
}

function* readRecord(
  opcode: number,
  content: Uint8Array<ArrayBuffer>,
  at: number,
): Generator<Found, void, undefined> {
  try {
    if (opcode === OPCODE.chunk) yield* readChunk(new BytesIn(content));
    else {
      const found = decode(opcode, new BytesIn(content));
      if (found !== undefined) yield found;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    yield { kind: "damage", at, reason: error.message };
  }
}

function* readChunk(fields: BytesIn): Generator<Found, void, undefined> {
  fields.u64();
  fields.u64();
  const size = fields.length64();
  const crc = fields.u32();
  const compression = fields.text();
  if (compression !== "") {
    throw new Deno.errors.InvalidData(
      `its chunks are compressed (${compression}); write them uncompressed, as by "mcap compress --compression none"`,
    );
  }
  const records = fields.raw(fields.length64());
  if (size !== records.length) {
    throw new RangeError(
      `a chunk says that it has ${size} bytes, and it has ${records.length}`,
    );
  }
  if (crc !== 0 && crc !== crc32(records)) {
    throw new RangeError("a chunk has another sum than it says");
  }
  const inside = new BytesIn(records);
  while (inside.left > 0) {
    const opcode = inside.u8();
    const found = decode(opcode, new BytesIn(inside.raw(inside.length64())));
    if (found !== undefined) yield found;
  }
}

function decode(opcode: number, fields: BytesIn): Found | undefined {
  switch (opcode) {
    case OPCODE.schema: {
      const [id, name, encoding] = [fields.u16(), fields.text(), fields.text()];
      const data = fields.raw(fields.u32());
      return { kind: "schema", schema: { id, name, encoding, data } };
    }
    case OPCODE.channel:
      return {
        kind: "channel",
        channel: {
          id: fields.u16(),
          schemaId: fields.u16(),
          topic: fields.text(),
          messageEncoding: fields.text(),
          metadata: fields.texts(),
        },
      };
    case OPCODE.message: {
      const [channelId, sequence] = [fields.u16(), fields.u32()];
      const logTime = fields.u64();
      fields.u64();
      const data = fields.raw(fields.left);
      return {
        kind: "message",
        message: { channelId, sequence, logTime, data },
      };
    }
    case OPCODE.metadata:
      return {
        kind: "metadata",
        metadata: { name: fields.text(), entries: fields.texts() },
      };
    default:
      return undefined;
  }
}

function isMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}
