import { isBytes } from "../../../channel/buffers/typed_arrays.ts";
import type { CheckedArchiveOptions } from "../archive_options.ts";
import { CHALLENGE } from "../codec/answers.ts";
import { decode } from "../codec/decode.ts";
import { encode } from "../codec/encode.ts";
import { CHALLENGE_RESPONSE } from "../codec/requests.ts";

const NOTHING = new Uint8Array(0);

/** What an archive is sent that has challenged a client. */
export async function answerOf(
  challenge: Uint8Array,
  { onChallenge }: CheckedArchiveOptions["credentials"],
): Promise<Uint8Array> {
  const { controlSessionId, correlationId, encodedChallenge } = decode(
    CHALLENGE,
    challenge,
  );
  const answer = await onChallenge?.(encodedChallenge) ?? NOTHING;
  if (!isBytes(answer)) {
    throw new TypeError(
      "Cannot connect to the archive: onChallenge must return a Uint8Array",
    );
  }
  return encode(CHALLENGE_RESPONSE, {
    controlSessionId,
    correlationId,
    encodedCredentials: answer,
  });
}
