import { listSegments } from "../../../ffi/sysv/segment_list.ts";
import type { SegmentStatus } from "../../../ffi/sysv/segment_status.ts";

/** The state of a System V segment. */
export type SegmentState = SegmentStatus;

/** All segments of this IPC namespace. */
export function segmentStates(): SegmentState[] {
  return listSegments("list segments");
}
