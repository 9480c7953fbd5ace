/**
 * One array that is offered again and again keeps its client alive as any other does.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import type { OfferResult } from "../../../aeron/publication/offer_result.ts";
import type { PublicationBase } from "../../../aeron/publication/publication_base.ts";
import { makeLog } from "../../helpers/aeron/aeron_log.ts";
import { publicationOf } from "../../helpers/aeron/aeron_spaces.ts";

const OFFERS = 10_000;

type Offer = (publication: PublicationBase, bytes: Uint8Array) => OfferResult;

/** Ways to offer an array that is held. */
const WAYS: Record<string, Offer> = {
  "in whole": (to, bytes) => to.offer(bytes),
  "in part": (to, bytes) => to.offer(bytes, 0, 24),
  "with a reserved value": (to, bytes) => to.offer(bytes, 0, undefined, 5n),
};

for (const kind of ["shared", "exclusive"] as const) {
  for (const [way, offer] of Object.entries(WAYS)) {
    Deno.test(`${kind} publication: an array that is held and offered ${way} serves the client once in many calls`, () => {
      using parts = makeLog();
      parts.limit.value = 2n ** 40n;
      const { publication, counts } = publicationOf(kind, parts);
      const bytes = new Uint8Array(32);
      for (let i = 0; i < 5; i++) publication.offer(bytes);
      counts.serves = 0;
      let sent = 0;
      for (let i = 0; i < OFFERS; i++) {
        if (typeof offer(publication, bytes) === "bigint") sent++;
      }
      // All but those that went on to a next term.
      assert(sent > OFFERS - 20, `${sent}`);
      const { serves } = counts;
      // Once in 16 KiB, or in 256 calls.
      assert(serves >= 20 && serves <= 100, `${serves}`);
      publication.close();
      assertEquals(offer(publication, bytes), "closed");
    });
  }
}
