/**
 * Many clients of one server, in one process.
 *
 * Takes the server's name, how many clients, and how many calls each makes, all at
 * once. Says how many answers were right.
 *
 * @module
 */

import { Client } from "../../../../rpc/mod.ts";

const [name = "", count, calls] = Deno.args;
const clients: Client[] = [];
for (let i = 0; i < Number(count); i++) {
  clients.push(await Client.connect(name, { capacity: 4096 }));
}
const answers = await Promise.all(
  clients.flatMap((client, i) =>
    Array.from({ length: Number(calls) }, async (_, call) => {
      const request = `${i}:${call}`;
      return await client.call(request) === request;
    })
  ),
);
for (const client of clients) await client.close();
const right = answers.filter((isRight) => isRight).length;
Deno.stdout.writeSync(new TextEncoder().encode(`${right}\n`));
