import { deadly, MIDDLE, type Proof, within } from "./proof.ts";

const file = "aeron/streams.ts";

/** Publications and images of Aeron. */
export const AERON_PROOFS: readonly Proof[] = [
  {
    protocol: "Aeron, two share a publication",
    file,
    world: "sharedByTwo",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "Aeron, two share a publication, one sends an array again",
    file,
    world: "heldByTwo",
    ways: within(1, MIDDLE),
  },
  {
    protocol: "Aeron, two share a publication under a limit",
    file,
    world: "sharedUnderLimit",
    ways: within(1, MIDDLE),
  },
  {
    protocol: "Aeron, an exclusive publication sends an array again",
    file,
    world: "heldAlone",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "Aeron, an exclusive publication under a limit",
    file,
    world: "exclusive",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "Aeron, claims",
    file,
    world: "claimed",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "Aeron, a publisher dies, its claim unblocked",
    file,
    world: "publisherDies",
    ways: deadly(0, MIDDLE),
  },
];
