/**
 * An archive that asks who one is.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../../deps.ts";
import { AeronArchive } from "../../../../aeron/archive/aeron_archive.ts";
import { ArchiveError } from "../../../../aeron/archive/archive_error.ts";
import { Aeron } from "../../../../aeron/client/aeron.ts";
import { startDriver } from "../../../helpers/aeron/aeron_driver.ts";
import { compileAeron } from "../../../helpers/aeron/aeron_java.ts";
import { needing } from "../../../helpers/needs.ts";

const AUTHENTICATOR = "AeronAuthenticator";
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test(needing(
  ["aeron driver"],
  "AeronArchive.connect() says its credentials, answers a challenge, and tells when neither is right",
  async () => {
    const command = await compileAeron(
      `tests/peers/java/${AUTHENTICATOR}.java`,
    );
    const classPath = command[command.indexOf("-cp") + 1];
    assert(classPath !== undefined);
    await using driver = await startDriver({
      archive: true,
      classPath,
      properties: { "aeron.archive.authenticator.supplier": AUTHENTICATOR },
    });
    using aeron = await Aeron.connect({ directory: driver.directory });
    {
      using archive = await AeronArchive.connect(aeron, {
        credentials: { encoded: encode("secret") },
      });
      assertEquals(await archive.recordings.list(), []);
    }
    {
      const challenges: string[] = [];
      using archive = await AeronArchive.connect(aeron, {
        credentials: {
          encoded: encode("ask"),
          onChallenge: (challenge) => {
            challenges.push(decode(challenge));
            return encode(`${decode(challenge)} solved`);
          },
        },
      });
      assertEquals(challenges, ["riddle"]);
      assertEquals(await archive.recordings.list(), []);
    }
    for (
      const credentials of [
        {},
        { encoded: encode("guess") },
        { encoded: encode("ask"), onChallenge: () => encode("no idea") },
        { encoded: encode("ask") },
      ]
    ) {
      const error = await assertRejects(
        () => AeronArchive.connect(aeron, { credentials }),
        ArchiveError,
      );
      assertEquals(error.code, "authentication-rejected");
    }
  },
));
