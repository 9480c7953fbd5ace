import { assert, assertEquals } from "../../../deps.ts";
import { processesOf } from "../../../cli/inspect/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { jsonLines, shmemLine } from "../helpers.ts";
import { takePart } from "../partners.ts";
import { temporaryName } from "../../helpers/cli/temporary.ts";

Deno.test("processesOf() finds who has an object, when its name is gone, too", async () => {
  using place = temporaryName();
  await using receiver = await takePart("receiver", place.name);
  const [holder] = processesOf(place.name).holders;
  assertEquals(holder?.pid, receiver.pid);
  assertEquals(holder?.deleted, false);
  assert((holder?.descriptors.length ?? 0) > 0);
  assertEquals(holder?.mappings[0]?.access, "read-write");
  SharedMemory.unlinkName(place.name);
  const after = processesOf(place.name);
  assertEquals(after.exists, false);
  assertEquals(after.holders.map(({ pid }) => pid), [receiver.pid]);
  assertEquals(after.holders[0]?.deleted, true);
});

Deno.test(needing(
  ["native", "unshare"],
  "processesOf() says that a PID namespace hides processes",
  async () => {
    using place = temporaryName();
    using _memory = SharedMemory.create(place.name, { size: 100 });
    const line = shmemLine(["who", place.name]);
    const { code, stderr } = await run([
      "unshare",
      "--pid",
      "--fork",
      "--mount-proc",
      ...line,
    ]);
    assertEquals(code, 1);
    assert(stderr.includes("PID namespace of its own"), stderr);
    const listed = await run([
      "unshare",
      "--pid",
      "--fork",
      "--mount-proc",
      ...shmemLine(["list", place.name, "--json"]),
    ]);
    const [entry] = jsonLines(listed);
    // A lock tells that it is in use, whichever process has it.
    assertEquals([entry.inUse, entry.processes], [true, 0]);
  },
));

Deno.test(needing(
  ["native", "root", "setpriv"],
  "processesOf() tells which processes it could not look into",
  async () => {
    using place = temporaryName();
    using _memory = SharedMemory.create(place.name, { size: 100 });
    // Root without this right may not look into root with it.
    const { code, stderr } = await run([
      "setpriv",
      "--bounding-set=-sys_ptrace",
      ...shmemLine(["who", place.name]),
    ]);
    assertEquals(code, 1);
    assert(/\d+ process(es)? could not be looked into/.test(stderr), stderr);
  },
));
