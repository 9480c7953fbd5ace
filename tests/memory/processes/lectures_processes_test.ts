/**
 * What lectures on shared memory say about the lives of processes, segments and
 * files.
 *
 * @module
 */

import { assertEquals, assertMatch, assertNotEquals } from "../../../deps.ts";
import {
  IPC_PRIVATE,
  IPC_SET,
  IPC_STAT,
  Segment,
  shmat,
  shmctl,
  shmdt,
  shmget,
} from "../../../mod.ts";
import { compile } from "../../helpers/cc.ts";
import { run, runDeno } from "../../helpers/deno.ts";
import { randomKey } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { removal } from "../../helpers/peers/exchange.ts";
import { KINDS } from "../../helpers/peers/kinds.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { Program } from "../../helpers/peers/program.ts";
import { makeFolder } from "../../helpers/memory/folders.ts";
import {
  assertFails,
  temporary,
} from "../../helpers/memory/temporary_segment.ts";

Deno.test(needing(
  ["cc"],
  "a removed segment lives until the last process detaches it, and its key is free at once",
  async () => {
    const program = await compile("tests/peers/c/memory/peer.c");
    await using peer = Peer.start([program.path]);
    const key = randomKey();
    using segment = Segment.create({ key, size: 1001 });
    using cleanup = new DisposableStack();
    const removeIt = cleanup.adopt(segment, (segment) => segment.remove());
    await peer.open("sysv", String(key), "read-write");
    {
      using mapping = segment.attach();
      removeIt.remove();
      cleanup.move();

      const status = segment.status();
      assertEquals([status.removed, status.attachments], [true, 2]);
      assertEquals(status.key, IPC_PRIVATE);
      assertFails(() => shmget(key, 0), "ENOENT", "the key has no segment");
      await peer.write(990, "still");
      assertEquals(
        new TextDecoder().decode(mapping.bytes.slice(990, 995)),
        "still",
      );
      using next = temporary(key, 77);
      assertNotEquals(next.id, segment.id);
    }
    // The C program is its last user now.
    assertEquals(segment.status().attachments, 1);
    assertEquals(await peer.read(990, 5), "still");
    await peer.close();
    assertFails(() => segment.status(), "EINVAL", `segment with key`);
  },
));

Deno.test(needing(
  ["cc"],
  "fork inherits an attached segment, exec and exit detach it and destroy nothing",
  async () => {
    const program = await compile("tests/peers/c/libc/lifetimes.c");
    using segment = temporary(IPC_PRIVATE, 505);
    const attachments = () => shmctl(segment.id, IPC_STAT).attachments;
    const memory = shmat(segment.id);
    memory.set(new TextEncoder().encode("before the fork"));
    await using first = Program.start([program.path, String(segment.id)]);

    const attached = await first.line();
    assertMatch(attached, /^attached 0x[0-9a-f]+ before the fork$/);
    assertEquals(attachments(), 2);

    await first.tell("fork");
    assertEquals(await first.line(), attached.replace("attached", "inherited"));
    assertMatch(await first.line(), /^wrote 0x[0-9a-f]+ written by the child$/);
    assertEquals(attachments(), 3);
    assertEquals(
      new TextDecoder().decode(memory.subarray(0, memory.indexOf(0))),
      "written by the child",
    );
    await first.tell("reap");
    assertMatch(
      await first.line(),
      /^reaped 0x[0-9a-f]+ written by the child$/,
    );
    assertEquals(attachments(), 2);

    await first.tell("exec");
    assertEquals(await first.line(), "executed");
    assertEquals(attachments(), 1);
    await first.tell("");
    assertEquals(await first.end(), { code: 0, stdout: "", stderr: "" });

    await using second = Program.start([program.path, String(segment.id)]);
    assertMatch(
      await second.line(),
      /^attached 0x[0-9a-f]+ written by the child$/,
    );
    assertEquals(attachments(), 2);
    await second.tell("quit");
    assertEquals((await second.end()).code, 0);
    assertEquals(attachments(), 1);
    shmdt(memory);
    assertEquals(attachments(), 0);
  },
));

Deno.test(needing(
  ["cc", "root", "setpriv"],
  "mode bits decide which access other users get",
  async () => {
    const program = await compile("tests/peers/c/memory/peer.c");
    // Where other users may run it, too.
    using folder = makeFolder();
    await Deno.copyFile(program.path, `${folder.path}/peer`);
    await Deno.chmod(folder.path, 0o755);
    const other = [
      "setpriv",
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
    ];
    await using peer = Peer.start([...other, `${folder.path}/peer`]);
    const key = randomKey();
    using segment = temporary(key, 600, 0o600);
    const open = async (access: string) => {
      try {
        await peer.ask("open", "sysv", key, access);
        await peer.close();
        return "ok";
      } catch (error) {
        return error instanceof Error ? error.message : "";
      }
    };
    const tried: string[] = [];
    for (const mode of [0o600, 0o604, 0o606, 0o611]) {
      shmctl(segment.id, IPC_SET, { mode });
      tried.push(await open("read"), await open("read-write"));
    }
    const refused = "error EACCES";
    assertEquals(tried, [
      ...[refused, refused],
      ...["ok", refused],
      ...["ok", "ok"],
      // Bits for execution let nobody in.
      ...[refused, refused],
    ]);
  },
));

Deno.test("a mapped file keeps its content when all processes are gone", async () => {
  const path = KINDS.file.fresh();
  using _removal = removal(KINDS.file, path);
  const { code, stderr } = await runDeno(`
    import { MappedFile } from "mod.ts";
    const file = MappedFile.open("${path}", { create: "exclusive", size: 9 });
    file.map().bytes.set(new TextEncoder().encode("content!\\n"));
  `);
  assertEquals([code, stderr], [0, ""]);
  const { stdout } = await run(["cat", path]);
  assertEquals(stdout, "content!\n");
});
