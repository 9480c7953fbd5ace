import { deadly, MIDDLE, type Proof, within } from "./proof.ts";

/** Servers and clients of calls. */
export const RPC_PROOFS: readonly Proof[] = [
  {
    protocol: "rpc, two servers start over what a killed one left",
    file: "rpc/lanes.ts",
    world: "twoStart",
    ways: [...within(1, MIDDLE), ...deadly(1, MIDDLE)],
  },
  {
    protocol: "rpc, a server makes, closes or dies, and the next one starts",
    file: "rpc/lanes.ts",
    world: "oneEnds",
    ways: deadly(1, MIDDLE),
  },
  {
    protocol: "rpc, a client joins while servers die and start",
    file: "rpc/lanes.ts",
    world: "oneJoins",
    ways: [...within(1, MIDDLE), ...deadly(0, MIDDLE)],
  },
];
