import { deadly, HUGE, LONG, MIDDLE, type Proof, within } from "./proof.ts";

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
    ways: [...within(1, LONG), ...deadly(0, LONG)],
  },
  {
    protocol: "rpc, a call",
    file: "rpc/calls.ts",
    world: "oneCalls",
    ways: within(1, HUGE),
  },
  {
    protocol: "rpc, a client comes again where there is room for one",
    file: "rpc/calls.ts",
    world: "comesAgain",
    ways: within(1, HUGE),
  },
  {
    protocol: "rpc, a server dies under a call, and the next one starts",
    file: "rpc/calls.ts",
    world: "serverDies",
    ways: deadly(0, HUGE),
  },
  {
    protocol: "rpc, a client dies where there is room for one",
    file: "rpc/calls.ts",
    world: "clientDies",
    ways: deadly(0, HUGE),
  },
];
