import { PublicationBase, type SECRET } from "./publication_base.ts";
import type { PublicationParts } from "./publication_parts.ts";

/**
 * Sends messages of a stream together with others: all publications of one driver that
 * are added for the same channel and stream write to one log, in any processes and
 * languages.
 *
 * @example Send
 * ```ts
 * import { Aeron } from "@shmem/shmem/aeron";
 *
 * async function greet() {
 *   using aeron = await Aeron.connect();
 *   using publication = await aeron.addPublication("aeron:ipc", 1001);
 *   await publication.send(new TextEncoder().encode("hello"));
 * }
 * ```
 */
export class Publication extends PublicationBase {
  /**
   * Not for programs: clients make publications.
   *
   * @ignore
   */
  constructor(secret: typeof SECRET, parts: PublicationParts) {
    super(secret, parts);
  }
}
