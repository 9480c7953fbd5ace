/**
 * A peer that spoils the log of answers keeps no program from its other work.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../deps.ts";
import { readArchiveOptions } from "../../../aeron/archive/archive_options.ts";
import {
  CHALLENGE,
  CONTROL_RESPONSE,
} from "../../../aeron/archive/codec/answers.ts";
import { decode, decodeHeader } from "../../../aeron/archive/codec/decode.ts";
import { encode } from "../../../aeron/archive/codec/encode.ts";
import { AUTH_CONNECT } from "../../../aeron/archive/codec/requests.ts";
import { ControlSession } from "../../../aeron/archive/session/control_session.ts";
import type { FragmentHandler } from "../../../aeron/subscription/fragment_handler.ts";
import type { FrameHeader } from "../../../aeron/subscription/frame_header.ts";
import { makeLog, TERM_LENGTH } from "../../helpers/aeron/aeron_log.ts";
import { readerOf } from "../../helpers/aeron/aeron_spaces.ts";

/** How many a term has: a multiple of what one poll takes. */
const MESSAGES = 2000;

/** What a session uses of a client: a log of answers, and a way to send. */
function clientOf(
  poll: (handler: FragmentHandler, limit: number) => number,
  send: (bytes: Uint8Array) => Promise<bigint>,
) {
  const subscription = {
    isConnected: true,
    localAddresses: [],
    close: () => {},
    [Symbol.dispose]: () => {},
    poll,
  };
  const publication = {
    closed: false,
    close: () => {},
    offer: () => 1n,
    [Symbol.dispose]: () => {},
    send,
  };
  const aeron = {
    addSubscription: () => Promise.resolve(subscription),
    addExclusivePublication: () => Promise.resolve(publication),
  };
  // deno-lint-ignore no-explicit-any -- the rest of it is not used
  return aeron as any;
}

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
  const aeron = clientOf((handler, limit) => {
    polls++;
    return reader.poll(handler, limit, TERM_LENGTH);
  }, () => Promise.resolve(1n));
  await assertRejects(
    () =>
      ControlSession.connect(
        aeron,
        readArchiveOptions({ timeoutMs: 50 }),
      ),
    Deno.errors.TimedOut,
    "within 50 ms",
  );
  // It went on to read, in turns; how often is a matter of the machine's load.
  assert(polls > 1, `${polls}`);
});

Deno.test("AeronArchive.connect() answers one challenge at a time, and none behind its welcome", async () => {
  const challenge = encode(CHALLENGE, {
    controlSessionId: 7n,
    correlationId: 1n,
    version: 0x010c00,
    encodedChallenge: new Uint8Array(100),
  });
  let [sent, asked, atOnce, most, polls] = [0, 0, 0, 0, 0];
  let connectId = 0n;
  const aeron = clientOf((handler, limit) => {
    polls++;
    const header = { flags: 0xc0 } as FrameHeader;
    const welcome = encode(CONTROL_RESPONSE, {
      controlSessionId: 7n,
      correlationId: connectId,
      relevantId: 0n,
      code: 0,
      version: 0x010c00,
      errorMessage: "",
    });
    // Each poll is full of challenges, of which there is no end.
    const bytes = sent === 3 ? welcome : challenge;
    for (let i = 0; i < limit; i++) handler(bytes, 0, bytes.byteLength, header);
    return limit;
  }, (bytes) => {
    const isConnect = decodeHeader(bytes)?.templateId === AUTH_CONNECT.id;
    if (isConnect) connectId = decode(AUTH_CONNECT, bytes).correlationId;
    else sent++;
    return Promise.resolve(1n);
  });
  const onChallenge = async () => {
    asked++;
    most = Math.max(most, ++atOnce);
    await new Promise((resolve) => setTimeout(resolve, 1));
    atOnce--;
    return new Uint8Array(1);
  };
  const session = await ControlSession.connect(
    aeron,
    readArchiveOptions({ timeoutMs: 10_000, credentials: { onChallenge } }),
  );
  const before = polls;
  while (polls < before + 500) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  session.close();
  assertEquals({ sent, asked, most }, { sent: 3, asked: 3, most: 1 });
});
