/**
 * What a handler may throw.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../deps.ts";
import { Client, Server } from "../../rpc/mod.ts";
import { testName } from "../helpers/store/place.ts";

Deno.test("a handler that throws what has no text fails its call alone", async () => {
  using at = testName();
  const thrown: readonly unknown[] = [
    Object.create(null),
    {
      toString() {
        throw new Error("no text");
      },
    },
    Object.defineProperty(new Error("x"), "message", {
      get() {
        throw new Error("no message");
      },
    }),
  ];
  await using _server = Server.listen(at.place, (request) => {
    if (typeof request === "number") throw thrown[request];
    return request;
  });
  await using client = await Client.connect(at.place);
  for (const index of thrown.keys()) {
    await assertRejects(() => client.call(index), Error, "no text");
  }
  assertEquals(await client.call("on"), "on");
});
