/**
 * How recordings of this program use the format MCAP, which
 * `docs/recordings.md` documents.
 *
 * @module
 */

import { type Identity, KINDS } from "../watching/identify.ts";
import type { Seen } from "../watching/watched.ts";

/** What wrote a recording. */
export const LIBRARY = "shmem";

/** Encoding of messages that are kept byte for byte. */
export const BYTES = "application/octet-stream";

/** Encoding of changes of a map, and of values of a struct. */
export const JSON_ENCODING = "json";

/** Keys of the metadata of a channel. */
export const KEY = {
  kind: "shmem.kind",
  sizes: "shmem.sizes",
  /** Type of the messages; without it each begins with its type, 32 bits. */
  type: "shmem.type",
  /** What the channel is for: `"replay"`, or `"show"`, which repeats another one. */
  role: "shmem.role",
} as const;

/** A change of a map. */
export interface RecordedChange {
  readonly deleted: boolean;
  readonly key: string | Uint8Array;
  readonly value: Uint8Array;
  /** When it expires, in milliseconds since 1970; 0: never. */
  readonly expires: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of a change of a map: a line of JSON, with other bytes as Base64. */
export function encodeChange(
  { event, key = "", bytes, expires = 0 }: Seen,
): Uint8Array {
  const isSet = event !== "deleted";
  return encoder.encode(JSON.stringify({
    event: isSet ? "set" : "deleted",
    ...(typeof key === "string" ? { key } : { keyBase64: key.toBase64() }),
    ...(isSet ? { valueBase64: bytes.toBase64() } : {}),
    ...(expires === 0 ? {} : { expires }),
  }));
}

/** The change of a map that bytes say; nothing when they say none. */
export function decodeChange(bytes: Uint8Array): RecordedChange | undefined {
  try {
    const text = JSON.parse(decoder.decode(bytes));
    const { event, key, keyBase64, valueBase64 = "", expires = 0 } = text;
    return {
      deleted: event === "deleted",
      key: typeof key === "string" ? key : Uint8Array.fromBase64(keyBase64),
      value: Uint8Array.fromBase64(valueBase64),
      expires: Number(expires),
    };
  } catch {
    return undefined;
  }
}

/** What the metadata of a channel says; nothing when another program wrote it. */
export function identityOf(
  metadata: Readonly<Record<string, string>>,
): Identity | undefined {
  const kind = KINDS.find((each) => each === metadata[KEY.kind]);
  if (kind === undefined) return undefined;
  const sizes: Record<string, number> = {};
  try {
    const found: unknown = JSON.parse(metadata[KEY.sizes] ?? "{}");
    if (typeof found === "object" && found !== null) {
      for (const [name, size] of Object.entries(found)) {
        if (SIZES.includes(name) && Number.isSafeInteger(size)) {
          sizes[name] = size;
        }
      }
    }
  } catch {
    // Sizes are chosen by default then.
  }
  return { kind, sizes };
}

const SIZES = ["capacity", "byteLength", "slots", "budget", "jobs"];
