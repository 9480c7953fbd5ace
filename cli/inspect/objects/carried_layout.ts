import { BROADCAST_TRAILER_LENGTH } from "../../../channel/broadcast/broadcast_layout.ts";
import {
  channelSize,
  LAYOUT_AREA_LENGTH,
  LAYOUT_TEXT,
} from "../../../channel/object/layout_area.ts";
import { RING_TRAILER_LENGTH } from "../../../channel/ring/ring_layout.ts";
import {
  layoutText,
  LONGEST_TEXT,
} from "../../../memory/checks/value_layout.ts";
import { mapShape } from "../../../store/map/map_layout.ts";
import { jobsFor } from "../../../store/work_queue/queue_layout.ts";
import type { ByteSource } from "../bytes/byte_source.ts";
import type { Identity } from "./identify.ts";

/**
 * What a channel, a map or a work queue says of the layout of what it carries.
 *
 * @returns Its text; nothing without one.
 */
export function carriedLayout(
  source: ByteSource,
  identity: Identity,
): string | undefined {
  switch (identity.kind) {
    case "channel":
    case "channel-many":
      return behindTrailer(source, RING_TRAILER_LENGTH);
    case "broadcast":
      return behindTrailer(source, BROADCAST_TRAILER_LENGTH);
    case "map":
    case "work-queue":
      return behindAll(source, identity);
    default:
      return undefined;
  }
}

function behindTrailer(
  source: ByteSource,
  trailerLength: number,
): string | undefined {
  const { length, hasLayout } = channelSize(source.size, trailerLength);
  if (!hasLayout) return undefined;
  return textOf(source, length + LAYOUT_TEXT, LAYOUT_AREA_LENGTH - LAYOUT_TEXT);
}

function behindAll(
  source: ByteSource,
  { kind, header }: Identity,
): string | undefined {
  if (header === undefined || header.hash === null) return undefined;
  const { a, b } = header;
  const { size } = kind === "map" ? mapShape(a, b) : jobsFor(a, b);
  const length = source.size - size;
  if (!(length > 0 && length <= LONGEST_TEXT)) return undefined;
  return textOf(source, size, length);
}

function textOf(
  source: ByteSource,
  start: number,
  length: number,
): string | undefined {
  const slice = (from: number, to: number) => source.read(from, to - from);
  return layoutText(slice, start, length) || undefined;
}
