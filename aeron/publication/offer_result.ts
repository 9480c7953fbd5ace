/**
 * Why a message was not sent:
 * - `"back-pressured"`: the slowest receiver has no room; try again later.
 * - `"not-connected"`: nobody receives.
 * - `"admin-action"`: the log moved on to its next term; try again at once, but pause
 *   after some tries: a log that is corrupt may say so without end.
 * - `"closed"`: the publication is closed, or its client lost its driver.
 * - `"max-position-exceeded"`: the stream has as many bytes as one may ever have; add
 *   a new publication.
 */
export type OfferFailure =
  | "back-pressured"
  | "not-connected"
  | "admin-action"
  | "closed"
  | "max-position-exceeded";

/** The position of the stream behind the message, or why it was not sent. */
export type OfferResult = bigint | OfferFailure;

/** Results of claiming room that are no offsets, as negative numbers. */
export const BACK_PRESSURED = -1;
/** See {@linkcode OfferFailure}. */
export const NOT_CONNECTED = -2;
/** See {@linkcode OfferFailure}. */
export const ADMIN_ACTION = -3;
/** See {@linkcode OfferFailure}. */
export const MAX_POSITION_EXCEEDED = -4;

const WORDS: readonly OfferFailure[] = [
  "closed",
  "back-pressured",
  "not-connected",
  "admin-action",
  "max-position-exceeded",
];

/** The word for a negative result. */
export function failureOf(code: number): OfferFailure {
  return WORDS[-code] ?? "closed";
}
