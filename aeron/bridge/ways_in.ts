/**
 * Where a bridge takes messages from.
 *
 * @module
 */

import { giveTurn, isTurnDue } from "../../memory/waiting/turns.ts";
import type { MessageReader } from "../../channel/ends/message_reader.ts";
import type { Latest } from "../../store/latest/latest.ts";
import type { AeronMessage } from "../subscription/messages.ts";
import { typeIdOf } from "./carried_type.ts";

/** A message on its way. */
export interface Carried {
  readonly typeId: number;
  readonly bytes: Uint8Array;
  /** What comes behind it in a recorded stream. */
  readonly place?: { readonly recordingId: bigint; readonly position: bigint };
}

/** The messages of a channel; each stays there until the next one is asked for. */
export async function* fromReader(
  reader: MessageReader,
  signal: AbortSignal,
): AsyncGenerator<Carried, void> {
  for (;;) {
    if (isTurnDue()) await giveTurn();
    signal.throwIfAborted();
    const message = reader.tryReceive() ?? await reader.receive({ signal });
    if (message === undefined) return;
    yield message;
  }
}

/** The newest value, each time there is a new one. */
export async function* fromLatest(
  latest: Latest,
  typeId: number,
  signal: AbortSignal,
): AsyncGenerator<Carried, void> {
  for await (const { bytes } of latest.values({ signal })) {
    yield { typeId, bytes };
  }
}

/** The messages of a stream of Aeron. */
export async function* fromAeron(
  messages: AsyncIterable<AeronMessage & { readonly recordingId?: bigint }>,
  typeId: number,
): AsyncGenerator<Carried, void> {
  for await (
    const { bytes, reservedValue, recordingId, position } of messages
  ) {
    yield {
      typeId: typeIdOf(reservedValue, typeId),
      bytes,
      ...recordingId === undefined ? {} : { place: { recordingId, position } },
    };
  }
}
