/** Mapping the machine's files: their bytes are its memory. */

import { call } from "../files/call.ts";
import { Region } from "./region.ts";

/** More than any world has: a call has one result. */
const FILES = 2 ** 10;

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
  const found = call(`map ${fd}`, (files, who) => {
    const { inode } = files.opening(who, fd);
    files.mapped.push({ who, inode, end });
    return inode + FILES * files.inodes[inode]!.base;
  });
  const inode = found % FILES;
  const base = Math.trunc(found / FILES);
  return new Region(request.offset, request.length, inode, base);
}

/** Advice is not needed. */
export function advise(): void {}

/** The same. */
export function adviseAt(): void {}
