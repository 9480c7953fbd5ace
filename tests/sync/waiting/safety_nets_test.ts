/** The switch that takes away the timers that look again. */

import { assertEquals } from "../../../deps.ts";
import {
  lookAgainMs,
  useSafetyNets,
} from "../../../sync/waiting/safety_nets.ts";

Deno.test("lookAgainMs() is the length of the net, and Infinity when the nets are taken away", () => {
  using _again = { [Symbol.dispose]: () => useSafetyNets(true) };
  assertEquals(lookAgainMs(50), 50);
  useSafetyNets(false);
  assertEquals(lookAgainMs(50), Infinity);
  useSafetyNets(true);
  assertEquals(lookAgainMs(50), 50);
});
