/** Mapping the machine's files: the first one's bytes are its memory. */

import { call } from "../files/call.ts";
import { Region } from "./region.ts";

/** As in the file that this stands for. */
export interface MapRequest {
  readonly fd: number | null;
  readonly offset: number;
  readonly length: number;
}

/** `mmap(2)`. */
export function map(request: MapRequest, _operation: string): Region {
  const fd = request.fd ?? -1;
  const end = request.offset + request.length;
  const inode = call(`map ${fd}`, (files, who) => {
    const { inode } = files.opening(who, fd);
    files.mapped.push({ who, inode, end });
    return inode;
  });
  return new Region(request.offset, request.length, inode);
}

/** Advice is not needed. */
export function advise(): void {}

/** The same. */
export function adviseAt(): void {}
