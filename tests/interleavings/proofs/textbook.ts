import type { Bounds } from "../machine/explore.ts";

const [X86, ARM] = ["x86-64", "aarch64"] as const;

/** Textbook algorithms: whether the machine must find them wrong, and where. */
export const TEXTBOOK: readonly {
  readonly world: string;
  readonly bounds: Bounds;
  readonly wrong: boolean;
}[] = [
  { world: "petersonWithout", bounds: { order: "in order" }, wrong: false },
  { world: "petersonWithout", bounds: { order: X86 }, wrong: true },
  { world: "petersonWith", bounds: { order: X86 }, wrong: false },
  // The two stores before its fence may be seen in either order.
  { world: "petersonWith", bounds: { order: ARM }, wrong: true },
  { world: "dekkerWithout", bounds: { order: "in order" }, wrong: false },
  { world: "dekkerWithout", bounds: { order: X86 }, wrong: true },
  { world: "dekkerWith", bounds: { order: X86 }, wrong: false },
  { world: "dekkerWith", bounds: { order: ARM }, wrong: false },
  { world: "seqlockOnce", bounds: { order: "in order" }, wrong: true },
  { world: "seqlockTwice", bounds: { order: X86 }, wrong: false },
  {
    world: "seqlockTwice",
    bounds: { order: ARM, preemptions: 2 },
    wrong: false,
  },
  { world: "treiberWithoutCount", bounds: { order: X86 }, wrong: true },
  { world: "treiberWithCount", bounds: { order: X86 }, wrong: false },
];
