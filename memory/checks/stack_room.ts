/**
 * For the layers above, which see nothing of `ffi/`: whether there is room on the
 * stack for what must not stop in the middle.
 *
 * @module
 */

export { requireStack } from "../../ffi/libc/stack_room.ts";
