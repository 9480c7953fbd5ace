/**
 * Records, the pieces that messages are stored in, byte for byte as Agrona has
 * them (`RecordDescriptor`):
 *
 * ```text
 *  0        4      8
 *  | length | type | payload … | slack up to a multiple of 8
 * ```
 *
 * The length counts header and payload, not the slack. It is 0 where nothing is
 * yet, negative while a record is being written, positive when it is complete.
 *
 * @module
 */

/** Bytes before the payload. */
export const HEADER_LENGTH = 8;
/** Where the type is, behind the length. */
export const TYPE_OFFSET = 4;
/** Records start at multiples of this. */
export const ALIGNMENT = 8;
/** Type of a record that only fills the end of the ring. */
export const PADDING_TYPE = -1;

/** Rounds a length up to where the next record starts. */
export function align(length: number): number {
  return (length + 7) & -8;
}
