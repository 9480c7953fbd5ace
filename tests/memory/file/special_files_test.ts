// What else may lie in /dev/shm: FIFOs, directories, sockets, links and odd names. It is
// refused at once, and nothing of it is removed.

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { isSystemError, SharedMemory } from "../../../mod.ts";
import { run } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";

const FOLDER = "/dev/shm";

/** Makes something of a kind under a name, until the end of the block. */
async function made(kind: string): Promise<Disposable & { name: string }> {
  const name = randomName();
  const path = `${FOLDER}${name}`;
  const commands: Record<string, string[]> = {
    FIFO: ["mkfifo", path],
    directory: ["mkdir", path],
    link: ["ln", "-s", "/etc/hostname", path],
    "dangling link": ["ln", "-s", `${path}-none`, path],
    socket: [
      "python3",
      "-c",
      `import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])`,
      path,
    ],
  };
  const { code, stderr } = await run(commands[kind] ?? []);
  assertEquals(code, 0, stderr);
  return {
    name,
    [Symbol.dispose]: () =>
      new Deno.Command("rm", { args: ["-rf", path] }).outputSync(),
  };
}

for (const kind of ["FIFO", "directory", "link", "dangling link", "socket"]) {
  Deno.test(needing(
    ["python3"],
    `a ${kind} in ${FOLDER} is refused at once by every call`,
    async () => {
      using special = await made(kind);
      const { name } = special;
      const calls: Record<string, () => unknown> = {
        read: () => SharedMemory.open(name, { access: "read" }),
        write: () => SharedMemory.open(name),
        create: () => SharedMemory.create(name, { size: 9 }),
        replace: () =>
          SharedMemory.create(name, { size: 9, ifStale: "replace" }),
        either: () => SharedMemory.create(name, { size: 9, ifExists: "open" }),
      };
      for (const [label, call] of Object.entries(calls)) {
        const error = assertThrows(call, Error);
        assert(
          error instanceof TypeError || isSystemError(error),
          `${label}: ${error}`,
        );
      }
      const there = await run(["ls", "-d", `${FOLDER}${name}`]);
      assertEquals(there.code, 0, "it is still there");
      const entry = SharedMemory.list().find((entry) => entry.name === name);
      assertEquals(entry, undefined, "a list of objects has no other things");
    },
  ));
}

Deno.test("SharedMemory.list() passes over names that are no UTF-8", async () => {
  const name = randomName();
  const path = `${FOLDER}${name}`;
  await run(["sh", "-c", `printf x > "$(printf '%s\\377' "$1")"`, "sh", path]);
  using memory = SharedMemory.create(name, { size: 5 });
  try {
    const names = SharedMemory.list().map((entry) => entry.name);
    assert(names.includes(name));
    assert(!names.some((each) => each.includes("\ufffd")));
  } finally {
    memory.unlink();
    await run(["sh", "-c", `rm "$(printf '%s\\377' "$1")"`, "sh", path]);
  }
});

Deno.test("odd names are one object each, and those that no UTF-8 can hold are none", () => {
  for (
    const odd of ["with blank", "line\nbreak", "…", "[stack]", "😀".repeat(40)]
  ) {
    const name = `${randomName()} ${odd}`;
    using memory = SharedMemory.create(name, { size: 7 });
    using undo = new DisposableStack();
    undo.defer(() => memory.unlink());
    assertEquals(
      SharedMemory.list().some((entry) => entry.name === name),
      true,
    );
    using same = SharedMemory.open(name);
    assertEquals(same.size, 7);
  }
  for (const half of ["\ud800", "\udfff"]) {
    const name = `${randomName()}${half}`;
    assertThrows(
      () => SharedMemory.create(name, { size: 7 }),
      TypeError,
      "surrogate",
    );
    assertThrows(() => SharedMemory.open(name), TypeError, "surrogate");
    assertThrows(() => SharedMemory.unlinkName(name), TypeError, "surrogate");
  }
});
