/** The looks of sleepers that nobody rings for, without waiting for their timer. */

import { assertEquals } from "../../../deps.ts";
import {
  addSleeper,
  newSleeper,
  removeSleeper,
} from "../../../sync/bells/sleepers.ts";

/** What the functions set as a timer, in place of which it is called here. */
function takeTick(act: () => void): () => void {
  const { setInterval } = globalThis;
  let tick: (() => void) | undefined;
  Object.assign(globalThis, {
    setInterval: (job: () => void) => {
      tick = job;
      return 0;
    },
  });
  try {
    act();
  } finally {
    Object.assign(globalThis, { setInterval });
  }
  if (tick === undefined) throw new Error("no timer was set");
  return tick;
}

for (const [count, ticks, looks] of [[1, 10, 10], [3, 10, 10], [512, 10, 5]]) {
  Deno.test(`each of ${count} sleepers looks ${looks} times in ${ticks} ticks`, () => {
    const looked = new Map<number, number>();
    const numbers = Array.from({ length: count! }, () => newSleeper());
    const tick = takeTick(() => {
      for (const number of numbers) {
        addSleeper(number, {
          wake: () => {},
          look: () => looked.set(number, (looked.get(number) ?? 0) + 1),
        });
      }
    });
    for (let i = 0; i < ticks!; i++) tick();
    for (const number of numbers) removeSleeper(number);
    // It ends by itself when nobody sleeps.
    tick();
    assertEquals([...looked.values()], new Array(count).fill(looks));
  });
}
