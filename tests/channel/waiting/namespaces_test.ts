/**
 * Ends of a channel in two PID namespaces, as in two containers: neither can open
 * the other's pipe, and both have the same number.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { Name } from "../../helpers/channel/ends.ts";
import { ROOT } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";

const url = (path: string) => JSON.stringify(new URL(path, ROOT).href);

/** Without the timers that look again: a wake-up that is lost is a wait without end. */
const SOURCE = `
import { Receiver, Sender } from ${url("channel/mod.ts")};
import { useSafetyNets } from ${url("sync/waiting/safety_nets.ts")};
useSafetyNets(false);
const [role, name, producers, count] = Deno.args;
const bytes = new Uint8Array(100);
console.log(Deno.pid);
if (role === "send") {
  using sender = await Sender.waitFor(name);
  let sent = 0;
  while (sender.trySend(bytes)) sent++;
  console.log("full");
  for (; sent < count; sent++) await sender.send(bytes);
} else {
  using receiver = Receiver.create(name, { capacity: 1024, producers });
  console.log("ready");
  // One that sleeps before any sender has come could not be told of it.
  Deno.stdin.readSync(new Uint8Array(1));
  let received = 0;
  for await (const _ of receiver) {
    // In turns: now the ring is full, and now it is empty.
    if (++received % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  console.log(received);
}
`;

/** As thread 1 of a namespace, which ends with its parent. */
const ALONE = ["unshare", "-p", "-f", "--mount-proc", "--kill-child"];

for (const producers of ["one", "many"]) {
  Deno.test(needing(
    ["unshare", "native"],
    `a sender and a receiver of ${producers} in two PID namespaces lose no wake-up`,
    async () => {
      using name = new Name();
      const start = (role: string) =>
        startProgram(SOURCE, [role, name.text, producers, "2000"], ALONE);
      await using receiver = start("receive");
      assertEquals(await receiver.line(), "1");
      assertEquals(await receiver.line(), "ready");
      await using sender = start("send");
      assertEquals(await sender.line(), "1");
      assertEquals(await sender.line(), "full");
      await receiver.tell("go on");
      assertEquals(await receiver.line(), "2000");
    },
  ));
}
