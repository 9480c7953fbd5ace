import { lock as lockRegion } from "../../ffi/memory/mman.ts";
import { attachSegment } from "../../ffi/sysv/sysv_shm.ts";
import { checkAddress } from "../checks/checks.ts";
import { checkFlag, readOptions } from "../checks/options.ts";
import { checkAccess } from "../mapping/access.ts";
import { type Mapping, regionOf } from "../mapping/mapping.ts";
import { wrapRead, wrapReadWrite } from "../mapping/wrap.ts";
import {
  ATTACH_NAMES,
  type AttachAccess,
  type AttachOptions,
} from "./segment_options.ts";

/** Attaches a segment by id, for `Segment.attach` and `shmat`. */
export function attach(
  id: number,
  options: AttachOptions | undefined,
): Mapping<AttachAccess> {
  const operation = `attach segment ${id}`;
  const read = readOptions(options, ATTACH_NAMES, operation);
  const { access = "read-write" } = read;
  const roundDown = checkFlag(read.roundDown, "roundDown");
  const lock = checkFlag(read.lock, "lock");
  checkAccess(access, ["read", "read-write"]);
  const address = checkAddress(read.address);
  const readonly = access === "read";
  const region = attachSegment(id, { readonly, address, roundDown }, operation);
  const origin = { device: -1, inode: id, offset: 0 };
  const wrap = readonly ? wrapRead : wrapReadWrite;
  const mapping = wrap(region, undefined, origin);
  if (lock) lockOrUnmap(mapping, operation);
  return mapping;
}

/** Locks attached memory into RAM, or unmaps it and throws. */
function lockOrUnmap(mapping: Mapping, operation: string): void {
  try {
    lockRegion(regionOf(mapping), operation);
  } catch (error) {
    mapping.unmap();
    throw error;
  }
}
