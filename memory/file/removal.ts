import { unlinkFile } from "../../ffi/files/open.ts";
import { permitPath } from "../checks/sandbox.ts";

/**
 * Removes the name of a file (`unlink(2)`), which Deno must permit, and never a
 * folder; processes that have it open go on with it.
 *
 * @param path A path that was checked.
 * @param operation What is done, for messages: `unlink channel "/x"`.
 * @throws {Deno.errors.NotFound} When there is none (ENOENT).
 */
export function removeFile(path: string, operation: string): void {
  unlinkFile(permitPath(path, "read-write"), operation);
}
