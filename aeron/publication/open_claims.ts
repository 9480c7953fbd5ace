import type { Term } from "../log/log_buffer.ts";
import { abortClaim, type Claim, openClaim, type Place } from "./claim.ts";
import type { PublicationParts } from "./publication_parts.ts";

/**
 * The claims of a publication that are neither committed nor aborted: one that was left
 * open when the publication is closed would keep receivers from all that lies behind it.
 */
export class OpenClaims {
  readonly #parts: PublicationParts;
  // Mostly there is one at a time, and a set takes longer than all the rest.
  #last: Claim | undefined;
  readonly #others = new Set<Claim>();
  /** Where the last claim was: made once for a term. */
  #place: Place | undefined;

  constructor(parts: PublicationParts) {
    this.#parts = parts;
  }

  /** Opens a claim over reserved space. */
  open(claim: Claim, term: Term, offset: number, length: number): void {
    if (this.#place?.term !== term) {
      this.#place = { writer: this.#parts.writer, term };
    }
    openClaim(claim, this.#place, offset, length);
    if (claim === this.#last) return;
    for (const other of this.#others) {
      if (!other.isOpen) this.#others.delete(other);
    }
    if (this.#last?.isOpen) this.#others.add(this.#last);
    this.#last = claim;
  }

  /** Aborts all. */
  abort(): void {
    const { log, writer } = this.#parts;
    if (log.isGone) return;
    if (this.#last !== undefined) abortClaim(this.#last, writer);
    for (const claim of this.#others) abortClaim(claim, writer);
    this.#last = undefined;
    this.#others.clear();
  }
}
