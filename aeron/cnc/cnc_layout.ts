/**
 * Where things are in `cnc.dat`, the file by which clients and media driver talk:
 * a header, and behind it five sections without gaps.
 *
 * @module
 */

/** Bytes of the header. */
export const CNC_HEADER_LENGTH = 128;

/** Fields of the header. */
const HEADER = {
  /** i32: major << 16, minor << 8, patch; 0 until all else is there. */
  version: 0,
  toDriver: 4,
  toClients: 8,
  countersMetadata: 12,
  countersValues: 16,
  errorLog: 20,
  /** i64: nanoseconds. */
  clientLiveness: 24,
  /** i64: milliseconds since 1970. */
  startedAt: 32,
  /** i64. */
  pid: 40,
} as const;

/** Bytes of a counter's record in each section. */
export const COUNTER = { metadata: 512, value: 128 } as const;

/** A section of the file. */
export interface Section {
  readonly offset: number;
  readonly length: number;
}

/** What the header says, checked. */
export interface CncShape {
  readonly version: string;
  readonly toDriver: Section;
  readonly toClients: Section;
  readonly countersMetadata: Section;
  readonly countersValues: Section;
  readonly errorLog: Section;
  /** How long the driver keeps a client that does nothing, in milliseconds. */
  readonly clientLivenessMs: number;
  /** When the driver started, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly pid: number;
}

/**
 * Reads the header.
 *
 * @param header The first 128 bytes, of one moment.
 * @param fileLength Length of the file.
 * @param path For the message of an error.
 * @returns `undefined` while the driver has not finished it.
 * @throws {TypeError} When it is no such file.
 * @throws {Deno.errors.NotSupported} When its version is not known here.
 */
export function readCncShape(
  header: DataView,
  fileLength: number,
  path: string,
): CncShape | undefined {
  const version = header.getInt32(HEADER.version, true);
  if (version === 0) return undefined;
  const major = version >>> 16;
  const minor = (version >> 8) & 0xff;
  const text = `${major}.${minor}.${version & 0xff}`;
  if (major !== 0 || minor < 2) {
    throw new Deno.errors.NotSupported(
      `Cannot use ${
        JSON.stringify(path)
      }: its format has version ${text}, and this client knows 0.2 and later 0.x; use a media driver from 1.30 on`,
    );
  }
  let offset = CNC_HEADER_LENGTH;
  const section = (at: number, name: string): Section => {
    const length = header.getInt32(at, true);
    if (length < 0 || length % 8 !== 0) {
      throw new TypeError(
        `Cannot use ${
          JSON.stringify(path)
        }: corrupt file: its ${name} has ${length} bytes`,
      );
    }
    const start = offset;
    offset += length;
    return { offset: start, length };
  };
  const toDriver = section(HEADER.toDriver, "buffer to the driver");
  const toClients = section(HEADER.toClients, "buffer to the clients");
  const countersMetadata = section(HEADER.countersMetadata, "counters' labels");
  const countersValues = section(HEADER.countersValues, "counters' values");
  const errorLog = section(HEADER.errorLog, "error log");
  if (offset > fileLength) return undefined;
  return {
    version: text,
    toDriver,
    toClients,
    countersMetadata,
    countersValues,
    errorLog,
    clientLivenessMs: Number(header.getBigInt64(HEADER.clientLiveness, true)) /
      1e6,
    startedAtMs: Number(header.getBigInt64(HEADER.startedAt, true)),
    pid: Number(header.getBigInt64(HEADER.pid, true)),
  };
}
