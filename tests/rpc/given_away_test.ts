/**
 * Bytes that are given away, by transfer, as programs do that have workers.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../deps.ts";
import { Client, Server } from "../../rpc/mod.ts";
import { deadline } from "../helpers/deadline.ts";
import { testName } from "../helpers/store/place.ts";
import { until } from "../helpers/sync/size.ts";

const codec = "bytes";
/** So many calls at once come together. */
const CALLS = 100;

/** Transfers the buffer of bytes, and returns them as their new owner has them. */
function giveAway(value: unknown): Uint8Array {
  assert(value instanceof Uint8Array && value.buffer instanceof ArrayBuffer);
  return structuredClone(value, { transfer: [value.buffer] });
}

/** Calls with many at once; each is to be answered with what it was. */
async function callAll(
  client: Client,
  take: (answer: unknown) => Uint8Array,
): Promise<void> {
  const requests = Array.from(
    { length: CALLS },
    (_, i) => new Uint8Array(i + 1).fill(i),
  );
  let ended = 0;
  const calls = requests.map(async (request) => {
    const answer = await client.call(request);
    ended++;
    return take(answer);
  });
  const answers = await deadline(
    Promise.all(calls),
    () => `${ended} of ${CALLS} calls were answered`,
  );
  assertEquals(answers, requests);
}

Deno.test("a handler may give away each request of many that came at once", async () => {
  using at = testName();
  await using _server = Server.listen(at.place, giveAway, { codec });
  await using client = await Client.connect(at.place, { codec });
  await callAll(client, (answer) => {
    assert(answer instanceof Uint8Array);
    return answer;
  });
});

Deno.test("an answer that is given away leaves the others that came with it as they are", async () => {
  using at = testName();
  await using _server = Server.listen(at.place, (request) => request, {
    codec,
  });
  await using client = await Client.connect(at.place, { codec });
  await callAll(client, giveAway);
});

const [WAIT, GIVE, ECHO] = [0, 1, 2];

/** An answer that goes in many parts, and is given away after the first. */
function givenAway(): Uint8Array {
  const bytes = new Uint8Array(20_000_000);
  setTimeout(() => giveAway(bytes), 1);
  return bytes;
}

/** Handlers that return one. */
const WAYS: Record<string, () => unknown> = {
  "at once": givenAway,
  "later": () => Promise.resolve().then(givenAway),
  "as an item": async function* () {
    await undefined;
    yield givenAway();
  },
};

for (const [way, answer] of Object.entries(WAYS)) {
  Deno.test(`an answer that is given away between its parts is an error of its call alone, ${way}`, async () => {
    using at = testName();
    const gate = Promise.withResolvers<Uint8Array>();
    let waiting = 0;
    await using server = Server.listen(at.place, (request) => {
      assert(request instanceof Uint8Array);
      if (request[0] === GIVE) return answer();
      if (request[0] === ECHO) return request;
      waiting++;
      return gate.promise;
    }, { codec });
    await using client = await Client.connect(at.place, {
      codec,
      capacity: 65536,
    });
    const other = client.call(Uint8Array.of(WAIT));
    other.catch(() => {});
    await until(() => waiting === 1, "another call is under way");
    for (let i = 0; i < 2; i++) {
      const ask = async () => {
        if (way === "as an item") {
          await Array.fromAsync(client.stream(Uint8Array.of(GIVE)));
        } else await client.call(Uint8Array.of(GIVE));
      };
      await assertRejects(ask, TypeError, "the bytes was transferred");
    }
    const long = new Uint8Array(1_000_001).fill(ECHO);
    assertEquals(await client.call(long), long);
    gate.resolve(Uint8Array.of(42));
    assertEquals(await other, Uint8Array.of(42));
    assert(!client.closed);
    assertEquals(server.clients, 1);
  });
}
