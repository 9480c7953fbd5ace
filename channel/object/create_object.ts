/**
 * Creating and opening the object of a channel, under a name or at a path.
 *
 * @module
 */

import { checkMode, checkWord } from "../../memory/checks/checks.ts";
import { createOrOpen } from "../../memory/checks/create_or_open.ts";
import { checkLabel } from "../../memory/checks/label.ts";
import {
  type CheckedLayout,
  checkLayout,
} from "../../memory/checks/value_layout.ts";
import type { OptionNames } from "../../memory/checks/options.ts";
import { PATIENCE_MS, retryFor } from "../../memory/checks/retry.ts";
import { requireStack } from "../../memory/checks/stack_room.ts";
import { hasByteLocks } from "../../memory/locks/byte_lock.ts";
import { MappedFile } from "../../memory/file/mapped_file.ts";
import type { ObjectAccess } from "../../memory/posix/object_options.ts";
import { SharedMemory } from "../../memory/posix/shared_memory.ts";
import { chooseCapacity, type Sizes } from "./capacity.ts";
import { ChannelObject } from "./channel_object.ts";
import { layoutAreaLength } from "./layout_area.ts";
import type { ChannelOptions } from "./options.ts";
import {
  channelAt,
  type CheckedPlace,
  checkPlace,
  type Place,
} from "./place.ts";

/** Options of {@linkcode ChannelOptions} that were checked. */
export interface CheckedCreation extends Sizes {
  readonly mode: number;
  readonly ifExists: "fail" | "open";
  readonly ifStale: "fail" | "replace";
  readonly label: string;
  readonly layout: CheckedLayout | undefined;
}

/** Names of {@linkcode ChannelOptions}. */
export const CREATION_OPTIONS: OptionNames<ChannelOptions> = {
  capacity: true,
  maxMessageLength: true,
  mode: true,
  ifExists: true,
  ifStale: true,
  label: true,
  layout: true,
};

/** Checks options that were copied. */
export function checkCreation(
  options: ChannelOptions,
  place: Place,
): CheckedCreation {
  const {
    capacity,
    maxMessageLength,
    mode = 0o600,
    ifExists = "fail",
    ifStale = "fail",
    label = "",
    layout,
  } = options;
  const checked = checkLayout(layout, "create channel");
  const sizes = chooseCapacity(capacity, maxMessageLength, checked?.size);
  checkMode(mode);
  checkWord(ifExists, ["fail", "open"], "ifExists");
  checkWord(ifStale, ["fail", "replace"], "ifStale");
  checkLabel(label);
  if (ifStale === "replace" && typeof place !== "string") {
    throw new TypeError(
      'Cannot create channel: ifStale "replace" is for names; a file that a crash left is taken up again with ifExists "open"',
    );
  }
  return { ...sizes, mode, ifExists, ifStale, label, layout: checked };
}

/**
 * Creates the object of a channel, or opens it where the options say so.
 *
 * @param trailerLength Bytes behind the data area.
 */
export function createChannelObject(
  place: Place,
  creation: CheckedCreation,
  trailerLength: number,
): ChannelObject<"read-write"> {
  prepare();
  const checked = checkPlace(place);
  const { mode, ifExists, ifStale, layout } = creation;
  const size = creation.capacity + trailerLength + layoutAreaLength(layout);
  const { kind, name } = checked;
  const create = () =>
    new ChannelObject(
      checked,
      kind === "name"
        ? SharedMemory.create(name, { size, mode, ifStale })
        : MappedFile.open(name, { size, mode, create: "exclusive" }),
    );
  return ifExists === "open"
    ? createOrOpen(create, () => openAt(checked))
    : create();
}

/**
 * Opens the object of a channel.
 *
 * @param patienceMs How long its creator may take to give a file its size.
 */
export function openChannelObject(
  place: Place,
  patienceMs: number = PATIENCE_MS,
): ChannelObject<"read-write"> {
  prepare();
  return openAt(checkPlace(place), patienceMs);
}

/** Opens the object of a channel without permission to write to it. */
export function openChannelObjectReadonly(
  place: Place,
): ChannelObject<"read"> {
  prepare();
  const checked = checkPlace(place, "read");
  const handle = checked.kind === "name"
    ? SharedMemory.open(checked.name, { access: "read" })
    : openFile(checked, "read");
  return new ChannelObject(checked, handle);
}

function openAt(
  place: CheckedPlace,
  patienceMs: number = PATIENCE_MS,
): ChannelObject<"read-write"> {
  const handle = place.kind === "name"
    ? SharedMemory.open(place.name, { timeoutMs: patienceMs })
    : openFile(place, "read-write", patienceMs);
  return new ChannelObject(place, handle);
}

/** Opens a file as soon as its creator has given it its size. */
function openFile<A extends ObjectAccess>(
  place: CheckedPlace,
  access: A,
  patienceMs: number = PATIENCE_MS,
): MappedFile<A> {
  const file = retryFor(patienceMs, () => openSized(place.name, access));
  if (file !== undefined) return file;
  throw new Deno.errors.TimedOut(
    `Cannot open ${
      channelAt(place)
    }: the file has been empty for ${patienceMs} ms, so the process that created it died; remove it`,
  );
}

/** Opens a file, unless its creator has not given it its size yet. */
function openSized<A extends ObjectAccess>(
  path: string,
  access: A,
): MappedFile<A> | undefined {
  const file = MappedFile.open(path, { access });
  if (file.size > 0) return file;
  file.close();
  return undefined;
}

/** Refuses what would stop in the middle: for want of stack, or of locks. */
function prepare(): void {
  requireStack("create parts");
  if (hasByteLocks()) return;
  throw new Deno.errors.NotSupported(
    "Cannot use channels on this system: it has no locks on shared memory; use the ring buffers over memory of your own",
  );
}
