/**
 * What a server leaves that is killed while it makes a ring.
 *
 * @module
 */

import { assertEquals, assertThrows } from "../../deps.ts";
import { Receiver } from "../../channel/mod.ts";
import { RING_TRAILER_LENGTH } from "../../channel/ring/ring_layout.ts";
import { closeDescriptor, openObject } from "../../ffi/files/open.ts";
import { SharedMemory } from "../../mod.ts";
import { Client, Server } from "../../rpc/mod.ts";
import { ignoreMissing } from "../../rpc/wire/ignore_missing.ts";
import { objectsOf } from "../helpers/store/objects.ts";
import { testName } from "../helpers/store/place.ts";

const small = { capacity: 1024 };
const size = 1024 + RING_TRAILER_LENGTH;
const url = (path: string) => JSON.stringify(import.meta.resolve(path));
const echo = (request: unknown) => request;

/** Runs a program that is killed when it looks at what it has made. */
function die(program: string): void {
  const source = `
    import { Receiver } from ${url("../../channel/mod.ts")};
    import { Server } from ${url("../../rpc/mod.ts")};
    const dieAtNextRing = () => BigInt.asIntN = () => {
      Deno.kill(Deno.pid, "SIGKILL");
      for (;;);
    };
    ${program}`;
  const { signal } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--no-prompt", "--allow-ffi", "--allow-read"],
      ...["--allow-run", "--allow-env", "--allow-write", "--ext=ts"],
      `data:application/typescript,${encodeURIComponent(source)}`,
    ],
    stdin: "null",
  }).outputSync();
  assertEquals(signal, "SIGKILL");
}

/** Removes a server's further ring in the end, if it is still there. */
function furtherOf(name: string): Disposable {
  return {
    [Symbol.dispose]: () =>
      ignoreMissing(() => SharedMemory.unlinkName(`${name}.lane1`)),
  };
}

/** Makes an object that its creator was killed over before it had a size. */
function createEmpty(name: string): void {
  const request = { writable: true, create: "exclusive", mode: 0o600 } as const;
  closeDescriptor(openObject(name, request, "create"));
}

Deno.test("a server takes the name of one that was killed while it made its ring", async () => {
  using at = testName();
  die(`
    dieAtNextRing();
    Server.listen(${JSON.stringify(at.name)}, () => {}, { capacity: 1024 });`);
  assertEquals(objectsOf(at.name), [at.name]);
  await using _server = Server.listen(at.place, echo, small);
  await using client = await Client.connect(at.place, small);
  assertEquals(await client.call(1), 1);
});

Deno.test("a further ring that a server was killed over is removed", async () => {
  using at = testName();
  using _further = furtherOf(at.name);
  die(`
    const capacity = 1024;
    Receiver.create(${
    JSON.stringify(at.name)
  }, { capacity, producers: "many" });
    dieAtNextRing();
    Receiver.create(${JSON.stringify(`${at.name}.lane1`)}, { capacity });`);
  assertEquals(objectsOf(at.name), [at.name, `${at.name}.lane1`]);
  await using _server = Server.listen(at.place, echo, small);
  assertEquals(objectsOf(at.name), [at.name]);
});

Deno.test("a server takes a name that is empty", async () => {
  using at = testName();
  using _further = furtherOf(at.name);
  createEmpty(at.name);
  createEmpty(`${at.name}.lane1`);
  await using _server = Server.listen(at.place, echo, small);
  assertEquals(objectsOf(at.name), [at.name]);
});

Deno.test("a client waits for the server after one that was killed while it made its ring", async () => {
  for (
    const leave of [
      createEmpty,
      (name: string) => SharedMemory.create(name, { size }).close(),
    ]
  ) {
    using at = testName();
    leave(at.name);
    const connecting = Client.connect(at.place, small);
    await using _server = Server.listen(at.place, echo, small);
    await using client = await connecting;
    assertEquals(await client.call(2), 2);
  }
});

Deno.test("memory that holds something, or that a process has open, stays in a server's way", () => {
  const refuse = (name: string) => {
    assertThrows(
      () => Server.listen(name, echo, small),
      Deno.errors.AlreadyExists,
    );
    assertEquals(objectsOf(name), [name]);
  };
  for (const offset of [0, 1023, 1024, size - 1]) {
    using at = testName();
    {
      using memory = SharedMemory.create(at.name, { size });
      using mapping = memory.map();
      mapping.bytes[offset] = 1;
    }
    refuse(at.name);
  }
  using at = testName();
  using _memory = SharedMemory.create(at.name, { size });
  refuse(at.name);
  using other = testName();
  // No ring has this size.
  SharedMemory.create(other.name, { size: size + 8 }).close();
  refuse(other.name);
  using one = testName();
  Receiver.create(one.name, { ...small, producers: "one" }).close();
  refuse(one.name);
});
