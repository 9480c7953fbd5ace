/**
 * A thousand clients of one server, in ten processes.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Client, Server } from "../../../rpc/mod.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { testName } from "../../helpers/store/place.ts";
import { until } from "../../helpers/sync/size.ts";

const PROCESSES = 10;
const CLIENTS = 100;
const CALLS = 10;

Deno.test(needing(
  ["native"],
  "a thousand clients in ten processes are answered, one more is told that there are, and nothing is left",
  async () => {
    using at = testName();
    const allAsked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let calls = 0;
    {
      await using server = Server.listen(at.place, async (request) => {
        if (++calls === PROCESSES * CLIENTS * CALLS) allAsked.resolve();
        await gate.promise;
        return request;
      }, { capacity: 2 ** 16, maxClients: PROCESSES * CLIENTS });
      const program = projectPath("tests/peers/deno/store/rpc_clients_peer.ts");
      const peers = Array.from(
        { length: PROCESSES },
        () =>
          run(denoRun(program, { args: [at.name, `${CLIENTS}`, `${CALLS}`] })),
      );
      await allAsked.promise;
      assertEquals(server.clients, PROCESSES * CLIENTS);
      const connect = () => Client.connect(at.place, { capacity: 1024 });
      await assertRejects(connect, Deno.errors.Busy, "1000 clients");
      gate.resolve();
      for (const { code, stdout, stderr } of await Promise.all(peers)) {
        assertEquals([code, stderr], [0, ""]);
        assertEquals(stdout, `${CLIENTS * CALLS}\n`);
      }
      await until(() => server.clients === 0, "all have left");
      await using client = await connect();
      assertEquals(await client.call(1), 1);
    }
    const left = SharedMemory.list().map(({ name }) => name);
    assertEquals(left.filter((name) => name.startsWith(at.name)), []);
  },
));
