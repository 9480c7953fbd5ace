/**
 * Checks of integers, and how messages show a wrong value, for the layers above.
 *
 * @module
 */

export { checkInteger, describe } from "../../ffi/libc/integers.ts";
