// What is told of a ring is whole while two processes use all of it. In every order of
// their stores: tests/interleavings/worlds/channel/watching.ts.

import { assert, assertEquals } from "../../../deps.ts";
import { RingWatch } from "../../../channel/watching/ring_watch.ts";
import { ObservedObject } from "../../../memory/posix/observed_object.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { shareOf } from "../../helpers/sync/size.ts";

for (const producers of ["one", "many"] as const) {
  Deno.test(needing(
    // An emulated process sees nothing before the other two have overwritten it.
    ["native"],
    `every message that RingWatch tells is whole (${producers}) while two processes use all of the ring`,
    async () => {
      const name = randomName();
      const script = projectPath("tests/peers/watched.ts");
      const start = (role: string) => {
        const [command = "", ...args] = denoRun(script, {
          args: [role, name, `${shareOf(1000)}`],
        });
        return new Deno.Command(command, { args, stdout: "piped" }).spawn();
      };
      const receiver = start(producers);
      const output = receiver.stdout.getReader();
      await output.read();
      const sender = start("send");
      const children = [receiver, sender];
      using observed = ObservedObject.open(name);
      const watch = new RingWatch(observed.mapping.bytes);
      let seen = 0;
      let ended = false;
      const over = Promise.all(children.map((child) => child.status))
        .then((ends) => {
          ended = true;
          return ends;
        });
      while (!ended) {
        for (let i = 0; i < 5000; i++) {
          const message = watch.next();
          if (message === undefined) continue;
          seen++;
          const { bytes, typeId } = message;
          const mark = bytes[0]!;
          assert(
            bytes.every((byte) => byte === mark) && typeId === mark + 1 &&
              bytes.length === 1 + mark,
            `a torn message of type ${typeId}: ${bytes}`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve));
      }
      for (const { code } of await over) assertEquals(code, 0);
      await Promise.all([output.cancel(), sender.stdout.cancel()]);
      assert(seen > 0);
      assertEquals(watch.damage, undefined);
    },
  ));
}
