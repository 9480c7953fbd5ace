/**
 * A program that answers as an archive would, or as none should.
 *
 * @module
 */

import { AeronArchive } from "../../../aeron/archive/aeron_archive.ts";
import { CONTROL_RESPONSE } from "../../../aeron/archive/codec/answers.ts";
import { decode, decodeHeader } from "../../../aeron/archive/codec/decode.ts";
import { encode } from "../../../aeron/archive/codec/encode.ts";
import { AUTH_CONNECT } from "../../../aeron/archive/codec/requests.ts";
import { Aeron } from "../../../aeron/client/aeron.ts";
import type { Publication } from "../../../aeron/publication/publication.ts";
import { startDriver } from "./aeron_driver.ts";

/** The session of the fake archive. */
export const SESSION = 77n;

/** The version of the protocol that it speaks. */
export const VERSION = 0x010c00;

/** Answers of a fake archive: to a request, with what it sends. */
type Answers = (
  templateId: number,
  request: Uint8Array,
  send: (bytes: Uint8Array) => Promise<unknown>,
) => Promise<void>;

/** A response that is right. */
export function response(
  correlationId: bigint,
  values: object = {},
): Uint8Array {
  return encode(CONTROL_RESPONSE, {
    controlSessionId: SESSION,
    correlationId,
    relevantId: 0n,
    code: 0,
    version: VERSION,
    errorMessage: "",
    ...values,
  });
}

/** What a request is answered by. */
export function correlationOf(request: Uint8Array): bigint {
  const view = new DataView(request.buffer, request.byteOffset);
  const isConnect = decodeHeader(request)?.templateId === AUTH_CONNECT.id;
  return view.getBigInt64(isConnect ? 8 : 16, true);
}

/** Serves one client, until the returned value is disposed of. */
async function fakeArchive(aeron: Aeron, answers: Answers) {
  const requests = await aeron.addSubscription("aeron:ipc?term-length=64k", 10);
  let publication: Publication | undefined;
  const send = async (bytes: Uint8Array) => {
    try {
      await publication?.send(bytes, { timeoutMs: 5000 });
    } catch {
      // Who was told nonsense may have gone.
    }
  };
  const serving = (async () => {
    for await (const { bytes } of requests) {
      const templateId = decodeHeader(bytes)?.templateId ?? -1;
      if (templateId === AUTH_CONNECT.id) {
        const values = decode(AUTH_CONNECT, bytes);
        publication?.close();
        publication = await aeron.addPublication(
          values.responseChannel,
          values.responseStreamId,
        );
      }
      // Who takes leave has no question.
      if (bytes.length >= 24) await answers(templateId, bytes, send);
    }
  })();
  return {
    /** Ends as an archive that is killed: the stream of its answers ends. */
    endAnswers: () => publication?.close(),
    async [Symbol.asyncDispose]() {
      requests.close();
      publication?.close();
      await serving;
    },
  };
}

/** Runs a test beside a fake archive. */
export async function withArchive(
  answers: Answers,
  test: (
    connect: (options?: object) => Promise<AeronArchive>,
    fake: { endAnswers(): void },
  ) => Promise<void>,
): Promise<void> {
  await using driver = await startDriver();
  using aeron = await Aeron.connect({ directory: driver.directory });
  using others = await Aeron.connect({ directory: driver.directory });
  await using fake = await fakeArchive(others, answers);
  await test(
    (options) => AeronArchive.connect(aeron, { timeoutMs: 2000, ...options }),
    fake,
  );
}

/** Connects as it should be, and leaves the rest to others. */
export function afterConnect(answers: Answers): Answers {
  return async (templateId, request, send) => {
    if (templateId === AUTH_CONNECT.id) {
      await send(response(correlationOf(request)));
    } else await answers(templateId, request, send);
  };
}
