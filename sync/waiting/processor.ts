/**
 * What one does between two looks at a word.
 *
 * @module
 */

export { yieldProcessor } from "../../ffi/sync/processor.ts";
