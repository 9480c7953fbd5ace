/**
 * An archive that says what no archive should: errors at most.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  loadFastCheck,
} from "../../../../deps.ts";
import { ArchiveError } from "../../../../aeron/archive/archive_error.ts";
import {
  CHALLENGE,
  RECORDING_DESCRIPTOR,
} from "../../../../aeron/archive/codec/answers.ts";
import { decode } from "../../../../aeron/archive/codec/decode.ts";
import { encode } from "../../../../aeron/archive/codec/encode.ts";
import {
  AUTH_CONNECT,
  CHALLENGE_RESPONSE,
  LIST_RECORDINGS,
} from "../../../../aeron/archive/codec/requests.ts";
import { needing } from "../../../helpers/needs.ts";
import {
  afterConnect,
  correlationOf,
  response,
  SESSION,
  VERSION,
  withArchive,
} from "../../../helpers/aeron/fake_archive.ts";

const fc = await loadFastCheck();

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive.connect() refuses another version of the protocol, and what is cut off",
  async () => {
    let answer = (id: bigint) => response(id, { version: 0x020000 });
    await withArchive(
      async (_template, request, send) => {
        await send(answer(correlationOf(request)));
      },
      async (connect) => {
        await assertRejects(connect, Deno.errors.NotSupported, "version 2");
        answer = (id) => response(id).subarray(0, 30);
        await assertRejects(connect, Error, "does not fit its 30 bytes");
        answer = (id) =>
          response(id, {
            code: 1,
            relevantId: 10n,
            errorMessage: "who are you",
          });
        const error = await assertRejects(connect, ArchiveError, "who are you");
        assertEquals(error.code, "authentication-rejected");
        answer = (id) => response(id, { code: 99, relevantId: -5n });
        assertEquals(
          (await assertRejects(connect, ArchiveError)).code,
          "error-99",
        );
      },
    );
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive takes random bytes for answers, and goes on or fails with an error",
  async () => {
    const random = fc.sample(fc.uint8Array({ maxLength: 120 }), 40);
    await withArchive(
      afterConnect(async (_template, request, send) => {
        for (const [index, bytes] of random.entries()) {
          // Half of them look like the archive's, as far as a length allows.
          if (index % 2 === 0 && bytes.length >= 8) {
            bytes.set([
              index % 64,
              0,
              [1, 22, 23, 24, 59][index % 5] ?? 1,
              0,
              101,
              0,
            ]);
          }
          await send(bytes);
        }
        await send(response(correlationOf(request), { relevantId: 5n }));
      }),
      async (connect) => {
        using archive = await connect();
        try {
          assertEquals(await archive.id(), 5n);
        } catch (error) {
          assert(error instanceof Error);
          assert(
            /template \d+ does not fit/.test(error.message),
            error.message,
          );
          assert(archive.closed);
        }
      },
    );
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive keeps to what it asked for: other correlation ids, sessions and more descriptions are nothing to it",
  async () => {
    const errors: Error[] = [];
    await withArchive(
      afterConnect(async (templateId, request, send) => {
        const id = correlationOf(request);
        const descriptor = (values: object) =>
          encode(RECORDING_DESCRIPTOR, {
            controlSessionId: SESSION,
            correlationId: id,
            recordingId: 1n,
            startTimestamp: -(2n ** 63n),
            stopTimestamp: 2n ** 63n - 1n,
            startPosition: -7n,
            stopPosition: -1n,
            initialTermId: 0,
            segmentFileLength: -1,
            termBufferLength: 0,
            mtuLength: -2,
            sessionId: 0,
            streamId: 0,
            strippedChannel: "\0\xff",
            originalChannel: "x".repeat(5000),
            sourceIdentity: "",
            ...values,
          });
        if (templateId === LIST_RECORDINGS.id) {
          for (const correlationId of [id + 1n, id, id, id, id]) {
            await send(descriptor({ correlationId }));
          }
          return;
        }
        await send(response(id, { controlSessionId: 5n, relevantId: 1n }));
        await send(response(id - 1n, { relevantId: 2n }));
        await send(response(id - 1n, {
          code: 1,
          relevantId: 7n,
          errorMessage: "too many",
        }));
        await send(response(id, { relevantId: 3n }));
        await send(response(id, { relevantId: 4n }));
      }),
      async (connect, fake) => {
        using archive = await connect({
          onError: (error: Error) => errors.push(error),
        });
        assertEquals(await archive.id(), 3n);
        assertEquals(errors.map(({ message }) => message), [
          "Cannot go on: the archive says max-replays: too many",
        ]);
        const found = await archive.recordings.list({ count: 2 });
        assertEquals(found.length, 2);
        assertEquals(found[0]?.originalChannel.length, 5000);
        assert(Number.isNaN(found[0]?.startedAt?.getTime()));
        assertEquals(await archive.id(), 3n);
        fake.endAnswers();
        while (!archive.closed) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        assert(archive.failure instanceof Deno.errors.ConnectionReset);
        await assertRejects(
          () => archive.id(),
          Deno.errors.ConnectionReset,
          "connect again",
        );
      },
    );
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive does not wait for an archive that is silent, and says what it asked",
  async () => {
    await withArchive(
      afterConnect(() => Promise.resolve()),
      async (connect) => {
        using archive = await connect({ timeoutMs: 300 });
        await Promise.all(
          [archive.id(), archive.recordings.position(5n)].map((asked) =>
            assertRejects(() => asked, Deno.errors.TimedOut, "300 ms")
          ),
        );
      },
    );
  },
));

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive answers a challenge with the credentials that it is given",
  async () => {
    const seen: string[] = [];
    const decoder = new TextDecoder();
    await withArchive(
      async (templateId, request, send) => {
        const id = correlationOf(request);
        if (templateId === AUTH_CONNECT.id) {
          const { encodedCredentials } = decode(AUTH_CONNECT, request);
          seen.push(decoder.decode(encodedCredentials));
          await send(encode(CHALLENGE, {
            controlSessionId: SESSION,
            correlationId: id,
            version: VERSION,
            encodedChallenge: new TextEncoder().encode("a riddle"),
          }));
        } else if (templateId === CHALLENGE_RESPONSE.id) {
          const values = decode(CHALLENGE_RESPONSE, request);
          assertEquals(values.controlSessionId, SESSION);
          seen.push(decoder.decode(values.encodedCredentials));
          await send(response(values.correlationId));
        } else await send(response(id, { relevantId: 9n }));
      },
      async (connect) => {
        const encode = (text: string) => new TextEncoder().encode(text);
        using archive = await connect({
          credentials: {
            encoded: encode("me"),
            onChallenge: (challenge: Uint8Array) =>
              Promise.resolve(encode(`${decoder.decode(challenge)} solved`)),
          },
        });
        assertEquals(await archive.id(), 9n);
        assertEquals(seen, ["me", "a riddle solved"]);
        await assertRejects(
          () =>
            connect({
              credentials: {
                onChallenge: () => Promise.reject(new Error("no answer")),
              },
            }),
          Error,
          "no answer",
        );
      },
    );
  },
));
