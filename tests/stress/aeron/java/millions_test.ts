/**
 * A million messages each between Deno and Java, contents checked; see
 * tests/aeron/java for the quick ones.
 *
 * @module
 */

import { driverOfFile } from "../../../helpers/aeron/aeron_client.ts";
import { needing } from "../../../helpers/needs.ts";
import { exchange } from "../../../aeron/java/exchange.ts";

const driver = driverOfFile();
const NEEDS = ["aeron driver"] as const;
const IPC = "aeron:ipc";
const MILLION = 1_000_000;

/** Short ones, and now and then one of several frames. */
const LENGTHS = [
  8,
  64,
  0,
  100,
  33,
  64,
  8,
  1377,
  12,
  64,
  90,
  31,
  40,
  8,
  56,
  3000,
];

for (const way of ["shared", "exclusive", "claim"] as const) {
  for (const to of ["deno", "java"] as const) {
    const from = to === "deno" ? "java" : "deno";
    Deno.test(needing(
      NEEDS,
      `a million messages from ${from} to ${to}, ${way}, over rotating terms of 64 KiB`,
      async () => {
        await exchange(driver, {
          channel: IPC,
          [from]: [way],
          to,
          count: MILLION,
          lengths: LENGTHS,
        });
      },
    ));
  }
}

for (const to of ["deno", "java"] as const) {
  Deno.test(needing(
    NEEDS,
    `a million messages of two publishers of each language on one log, to ${to}`,
    async () => {
      await exchange(driver, {
        channel: IPC,
        deno: ["shared", "shared"],
        java: ["shared", "shared"],
        to,
        count: MILLION / 4,
        lengths: LENGTHS,
      });
    },
  ));

  Deno.test(needing(NEEDS, `a million messages over UDP to ${to}`, async () => {
    const port = 20_000 + Math.trunc(Math.random() * 10_000);
    await exchange(driver, {
      channel: `aeron:udp?endpoint=127.0.0.1:${port}`,
      [to === "deno" ? "java" : "deno"]: ["exclusive"],
      to,
      count: MILLION,
      lengths: LENGTHS,
    });
  }));
}
