/**
 * Handing out memory that was mapped, by what may be done with it.
 *
 * @module
 */

import type { Access } from "../../ffi/memory/mman.ts";
import type { Region } from "../../ffi/memory/region.ts";
import { watch } from "./leaks.ts";
import {
  type BytesOf,
  type Mapping,
  newMapping,
  type Origin,
} from "./mapping.ts";
import { readonlyBytes } from "../views/readonly_bytes.ts";

/** Creates a mapping of a kind. */
export type Wrap<A extends Access> = (
  region: Region,
  released?: () => void,
  origin?: Origin,
) => Mapping<A>;

/** Wraps memory that cannot be written. */
export const wrapRead: Wrap<"read"> = (region, released, origin) =>
  wrap(region, "read", readonlyBytes(viewOver(region)), released, origin);

/** Wraps memory whose writes other processes see. */
export const wrapReadWrite: Wrap<"read-write"> = (region, released, origin) =>
  wrap(region, "read-write", viewOver(region), released, origin);

/** Wraps memory whose writes stay in this process. */
const wrapCopyOnWrite: Wrap<"copy-on-write"> = (region, released, origin) =>
  wrap(region, "copy-on-write", viewOver(region), released, origin);

/** The way to hand out memory, by access. */
export const WRAPS: Readonly<Record<Access, Wrap<Access>>> = {
  "read": wrapRead,
  "read-write": wrapReadWrite,
  "copy-on-write": wrapCopyOnWrite,
};

function wrap<A extends Access>(
  region: Region,
  access: A,
  bytes: BytesOf[A],
  released: () => void = () => {},
  origin?: Origin,
): Mapping<A> {
  watch(
    region.buffer,
    () => `a mapping of ${region.byteLength} bytes (${access})`,
  );
  return newMapping({ region, access, bytes, released, origin });
}

function viewOver(region: Region): Uint8Array<ArrayBuffer> {
  return new Uint8Array(region.buffer, region.byteOffset, region.byteLength);
}
