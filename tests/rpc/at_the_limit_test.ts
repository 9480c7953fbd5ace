/**
 * Clients with as many calls as they may have, and answers that are as long.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../deps.ts";
import { Client, Server } from "../../rpc/mod.ts";
import { ROOT } from "../helpers/deno.ts";
import { testName } from "../helpers/store/place.ts";
import { startProgram } from "../helpers/sync/child_program.ts";
import { until } from "../helpers/sync/size.ts";

/** Longer than a ring's messages, so that it goes in parts. */
const LONG = "y".repeat(300_000);

/**
 * Callers that call one after the other each, so many as their number says; says
 * how many answers were right, or what happened.
 */
const CALLERS = `import { Client } from "${new URL("rpc/mod.ts", ROOT)}";
const [name, callers, calls] = Deno.args;
const client = await Client.connect(name);
let right = 0;
try {
  await Promise.all(Array.from({ length: Number(callers) }, async () => {
    for (let i = 0; i < Number(calls); i++) {
      const length = i % 2 === 1 ? 300_000 : i % 5;
      const answer = await client.call(length);
      if (answer === "y".repeat(length)) right++;
    }
  }));
} catch (error) {
  console.log(right + " right, then " + error.message);
}
console.log("right " + right);
await client.close();
`;

for (const callers of [1, 4]) {
  Deno.test(`a client is not left whose ${callers} sequential callers are as many as maxCalls`, async () => {
    using at = testName();
    await using _server = Server.listen(
      at.place,
      async (length) => {
        if (length === 2) await undefined;
        return LONG.slice(0, Number(length));
      },
      { maxCalls: callers },
    );
    await using program = startProgram(CALLERS, [at.name, `${callers}`, "200"]);
    assertEquals(await program.line(), `right ${200 * callers}`);
    assertEquals((await program.end()).code, 0);
  });
}

/** A text that has so many bytes as JSON. */
const textOf = (length: unknown) => "y".repeat(Number(length) - 2);

Deno.test("an answer that goes whole is not longer than maxResponseLength says, neither", async () => {
  using at = testName();
  await using _server = Server.listen(at.place, textOf);
  await using client = await Client.connect(at.place, {
    maxResponseLength: 10,
  });
  for (const length of [11, 1000, 131_000]) {
    assertEquals(await client.call(10), "y".repeat(8));
    await assertRejects(
      () => client.call(length),
      RangeError,
      `Cannot call "${at.name}": the answer has more than 10 bytes; connect with a larger maxResponseLength`,
    );
  }
  assertEquals(await client.call(10), "y".repeat(8));
});

Deno.test("an item that goes whole is not longer than maxResponseLength says, neither, and ends its stream", async () => {
  using at = testName();
  let ended = 0;
  await using server = Server.listen(at.place, async function* (length) {
    await undefined;
    try {
      yield textOf(10);
      for (let i = 0; i < 200; i++) yield textOf(length);
    } finally {
      ended++;
    }
  });
  await using client = await Client.connect(at.place, {
    maxResponseLength: 10,
  });
  for (const length of [11, 1000, 131_000]) {
    const items: unknown[] = [];
    await assertRejects(
      async () => {
        for await (const item of client.stream(length)) items.push(item);
      },
      RangeError,
      `Cannot call "${at.name}": the answer has more than 10 bytes; connect with a larger maxResponseLength`,
    );
    assertEquals(items, ["y".repeat(8)]);
  }
  await until(() => ended === 3, "the streams are ended");
  const whole = await Array.fromAsync(client.stream(10));
  assertEquals(whole, Array(201).fill("y".repeat(8)));
  assertEquals(server.clients, 1);
});
