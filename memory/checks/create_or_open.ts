import { hasCode } from "../../ffi/errors/system_error.ts";

/**
 * Creates something exclusively, or opens what exists already.
 *
 * @param create Fails with EEXIST when something is in the way.
 * @param open Fails with ENOENT when that was removed meanwhile; then it is
 * tried again, a few times.
 */
export function createOrOpen<Handle>(
  create: () => Handle,
  open: () => Handle,
): Handle {
  for (let attempts = 3;; attempts--) {
    try {
      return create();
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    try {
      return open();
    } catch (error) {
      if (!hasCode(error, "ENOENT") || attempts === 0) throw error;
    }
  }
}
