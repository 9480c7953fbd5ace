import { PublicationBase, type SECRET } from "./publication_base.ts";
import type { PublicationParts } from "./publication_parts.ts";

/**
 * Sends messages of a session of its own: nobody else writes to its log, which makes it
 * faster than a {@linkcode Publication}.
 *
 * @example Send without waiting
 * ```ts
 * import { Aeron } from "@shmem/shmem/aeron";
 *
 * async function count() {
 *   using aeron = await Aeron.connect();
 *   using publication = await aeron.addExclusivePublication("aeron:ipc", 1001);
 *   const message = new Uint8Array(8);
 *   for (let i = 0; i < 1000; i++) {
 *     message[0] = i;
 *     while (typeof publication.offer(message) === "string") {
 *       await new Promise((resolve) => setTimeout(resolve, 1));
 *     }
 *   }
 * }
 * ```
 */
export class ExclusivePublication extends PublicationBase {
  /**
   * Not for programs: clients make publications.
   *
   * @ignore
   */
  constructor(secret: typeof SECRET, parts: PublicationParts) {
    super(secret, parts);
  }
}
