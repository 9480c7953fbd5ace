/**
 * Deno and Java through one media driver, over shared memory.
 *
 * @module
 */

import { driverOfFile } from "../../../helpers/aeron/aeron_client.ts";
import { needing } from "../../../helpers/needs.ts";
import { exchange } from "../../../aeron/java/exchange.ts";

const driver = driverOfFile();
const NEEDS = ["aeron driver"] as const;
const IPC = "aeron:ipc";

/** Of one frame, of several, and the longest that terms of 64 KiB allow. */
const LENGTHS = [0, 1, 33, 64, 1376, 1377, 5003, 8192];
const COUNT = 3000;

for (const way of ["shared", "exclusive", "claim"] as const) {
  Deno.test(
    needing(
      NEEDS,
      `Deno to Java, ${way}: messages of all lengths arrive`,
      async () => {
        await exchange(driver, {
          channel: IPC,
          deno: [way],
          to: "java",
          count: COUNT,
          lengths: LENGTHS,
        });
      },
    ),
  );

  Deno.test(
    needing(
      NEEDS,
      `Java to Deno, ${way}: messages of all lengths arrive`,
      async () => {
        await exchange(driver, {
          channel: IPC,
          java: [way],
          to: "deno",
          count: COUNT,
          lengths: LENGTHS,
        });
      },
    ),
  );
}

for (const to of ["deno", "java"] as const) {
  Deno.test(needing(
    NEEDS,
    `publishers of both languages share one log, and ${to} receives all of each in order`,
    async () => {
      await exchange(driver, {
        channel: IPC,
        deno: ["shared", "shared"],
        java: ["shared", "shared"],
        to,
        count: COUNT,
        lengths: LENGTHS,
      });
    },
  ));
}
