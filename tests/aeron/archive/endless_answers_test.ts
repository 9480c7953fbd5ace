/**
 * A peer that spoils the log of answers keeps no program from its other work.
 *
 * @module
 */

import { assert, assertRejects } from "../../../deps.ts";
import { readArchiveOptions } from "../../../aeron/archive/archive_options.ts";
import { ControlSession } from "../../../aeron/archive/session/control_session.ts";
import type { FragmentHandler } from "../../../aeron/subscription/fragment_handler.ts";
import { makeLog, TERM_LENGTH } from "../../helpers/aeron/aeron_log.ts";
import { readerOf } from "../../helpers/aeron/aeron_spaces.ts";

/** How many a term has: a multiple of what one poll takes. */
const MESSAGES = 2000;

Deno.test("AeronArchive.connect() expires while the log of answers never ends", async () => {
  using parts = makeLog();
  // Full polls everywhere, also at the end of a term, and nobody cleans: the next term is
  // full again.
  for (const { words } of parts.log.terms) {
    for (let i = 0; i < MESSAGES; i++) {
      const isLast = i === MESSAGES - 1;
      words[8 * i] = isLast ? TERM_LENGTH - 32 * i : 32;
      words[8 * i + 1] = 0x1c000;
    }
  }
  const reader = readerOf(parts);
  let polls = 0;
  const subscription = {
    isConnected: true,
    localAddresses: [],
    close: () => {},
    [Symbol.dispose]: () => {},
    poll: (handler: FragmentHandler, limit: number) => {
      polls++;
      return reader.poll(handler, limit, TERM_LENGTH);
    },
  };
  const publication = {
    closed: false,
    close: () => {},
    [Symbol.dispose]: () => {},
    send: () => Promise.resolve(1n),
  };
  const aeron = {
    addSubscription: () => Promise.resolve(subscription),
    addExclusivePublication: () => Promise.resolve(publication),
  };
  await assertRejects(
    () =>
      ControlSession.connect(
        // deno-lint-ignore no-explicit-any -- what a session uses of it
        aeron as any,
        readArchiveOptions({ timeoutMs: 50 }),
      ),
    Deno.errors.TimedOut,
    "within 50 ms",
  );
  // It went on to read, in turns; how often is a matter of the machine's load.
  assert(polls > 1, `${polls}`);
});
