/**
 * What the parameters of a channel demand of each other.
 *
 * @module
 */

import type { Media } from "./channel_uri.ts";
import { PARAMETERS } from "./parameter_table.ts";
import { refused, sizeOf } from "./values.ts";

const POSITION = ["init-term-id", "term-id", "term-offset"] as const;

/** Fails when parameters that are right by themselves do not go together. */
export function checkTogether(
  media: Media,
  parameters: ReadonlyMap<string, string>,
): void {
  if (media === "ipc") checkIpc(parameters);
  else checkUdp(parameters);
  checkPosition(parameters);
}

function checkIpc(parameters: ReadonlyMap<string, string>): void {
  for (const { key, udp } of Object.values(PARAMETERS)) {
    if (udp !== true || !parameters.has(key)) continue;
    throw new TypeError(
      `Cannot use the channel's ${key}: aeron:ipc stays on this machine and has none; use aeron:udp`,
    );
  }
}

function checkUdp(parameters: ReadonlyMap<string, string>): void {
  const mode = parameters.get("control-mode");
  if (mode === "dynamic" && !parameters.has("control")) {
    throw new TypeError(
      'Cannot use the channel\'s control-mode "dynamic" without control, the host and port where receivers announce themselves',
    );
  }
  // A destination list that the program fills, or a channel that another one
  // with the same tag describes, has no address of its own.
  const described = mode === "manual" || parameters.has("tags");
  if (!described && !parameters.has("endpoint") && !parameters.has("control")) {
    throw new TypeError(
      "Cannot make a channel over UDP without an endpoint or a control, such as endpoint=127.0.0.1:40123",
    );
  }
}

function checkPosition(parameters: ReadonlyMap<string, string>): void {
  const [initial, term, offset] = POSITION.map((key) => parameters.get(key));
  const given = POSITION.filter((key) => parameters.has(key));
  if (given.length === 0) return;
  if (initial === undefined || term === undefined || offset === undefined) {
    throw new TypeError(
      `Cannot use the channel's ${given.join(" and ")}: ${
        POSITION.join(", ")
      } are given together or not at all`,
    );
  }
  // Term ids wrap: the difference counts.
  if ((Number(term) - Number(initial) | 0) < 0) {
    throw refused("term-id", `init-term-id, ${initial}, or later`, term);
  }
  const length = parameters.get("term-length");
  const bytes = sizeOf(offset, "term-offset", "a size");
  if (length !== undefined && bytes > sizeOf(length, "term-length", "a size")) {
    throw refused("term-offset", `at most the term-length, ${length}`, offset);
  }
}
