/**
 * Channels in files, such as those of a volume that containers share.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import {
  type Place,
  Publisher,
  Receiver,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import { ROOT, runDeno } from "../../helpers/deno.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";
import { bytesOf, firstBytes } from "../../helpers/channel/ends.ts";

/** A folder of its own, until it is disposed of. */
class Folder implements Disposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "shmem-test-" });

  place(name = "channel"): { path: string } {
    return { path: `${this.path}/${name}` };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

const SEND = `
import { Sender } from "${new URL("channel/mod.ts", ROOT)}";
const sender = await Sender.waitFor({ path: Deno.args[0] });
for (let i = 0; i < 1000; i++) await sender.send(new Uint8Array([i]));
if (Deno.args[1] === "die") Deno.kill(Deno.pid, "SIGKILL");
sender.close();
`;

Deno.test("A channel in a file carries messages between processes, and its end", async () => {
  using folder = new Folder();
  const place = folder.place();
  using receiver = Receiver.create(place, { capacity: 1024, label: "volume" });
  assertEquals([receiver.name, receiver.label], [place.path, "volume"]);
  await using _program = startProgram(SEND, [place.path]);
  const expected = Array.from({ length: 1000 }, (_, i) => i % 256);
  assertEquals(await firstBytes(receiver), expected);
  assertEquals(Deno.statSync(place.path).size, 1024 + 768);
});

Deno.test("The death of a sender in a file is told, with its process", async () => {
  using folder = new Folder();
  const place = folder.place();
  using receiver = Receiver.create(place);
  await using program = startProgram(SEND, [place.path, "die"]);
  await assertRejects(
    () => firstBytes(receiver),
    Deno.errors.ConnectionReset,
    `process ${program.pid}`,
  );
});

Deno.test("A broadcast in a file reaches subscribers, also those that only read", async () => {
  using folder = new Folder();
  const place = folder.place();
  using publisher = Publisher.create({ path: new URL(`file://${place.path}`) });
  using subscriber = Subscriber.open(place);
  using reader = await Subscriber.waitFor(place, { access: "read" });
  publisher.publish(bytesOf(1, 77));
  publisher.close();
  for (const each of [subscriber, reader]) {
    assertEquals((await each.receive())?.bytes, bytesOf(1, 77));
    assertEquals(await each.receive(), undefined);
  }
});

Deno.test("A file that is there is refused, or taken up again", async () => {
  using folder = new Folder();
  const place = folder.place();
  {
    using sender = Sender.create(place, { capacity: 256 });
    sender.trySend(new Uint8Array([7]));
  }
  const error = assertThrows(
    () => Receiver.create(place, { capacity: 256 }),
    Deno.errors.AlreadyExists,
    place.path,
  );
  assertEquals(Reflect.get(error, "code"), "EEXIST");
  using receiver = Receiver.create(place, { ifExists: "open" });
  assertEquals(receiver.capacity, 256);
  assertEquals(await firstBytes(receiver), [7]);
  assertThrows(
    () => Sender.create(folder.place("other"), { ifStale: "replace" }),
    TypeError,
    'ifExists "open"',
  );
  assertEquals([...Deno.readDirSync(folder.path)].length, 1);
});

Deno.test("unlink() and unlinkName() remove a file, and ends that are open go on", async () => {
  using folder = new Folder();
  const place = folder.place();
  using receiver = Receiver.create(place);
  {
    using sender = Sender.open(place);
    receiver.unlink();
    assertThrows(() => Sender.open(place), Deno.errors.NotFound, place.path);
    sender.trySend(new Uint8Array([1]));
  }
  assertEquals(await firstBytes(receiver), [1]);
  assertThrows(() => receiver.unlink(), Deno.errors.NotFound);
  Receiver.create(place).close();
  Receiver.unlinkName(place);
  assertThrows(
    () => Receiver.unlinkName(place),
    Deno.errors.NotFound,
    `Cannot unlink channel "${place.path}": there is no such file (ENOENT from unlink)`,
  );
  Deno.mkdirSync(place.path);
  assertThrows(() => Receiver.unlinkName(place), Error, "it is a directory");
});

Deno.test("Places that are none are refused before libc sees them", () => {
  for (
    const place of [
      undefined,
      null,
      5,
      {},
      { path: 5 },
      { name: "x" },
      [
        "/x",
      ],
      { path: "" },
      { path: new URL("http://localhost/x") },
    ]
  ) {
    for (const { open } of [Sender, Receiver, Publisher, Subscriber]) {
      assertThrows(() => Reflect.apply(open, undefined, [place]), TypeError);
    }
  }
});

Deno.test("A file that stays empty is an error that says so, and files of something else are refused", () => {
  using folder = new Folder();
  const empty: Place = folder.place("empty");
  Deno.writeFileSync(folder.place("empty").path, new Uint8Array());
  assertThrows(() => Receiver.open(empty), Deno.errors.TimedOut, "empty");
  Deno.writeTextFileSync(folder.place("text").path, "no channel");
  assertThrows(
    () => Receiver.open(folder.place("text")),
    RangeError,
    "no ring",
  );
});

Deno.test("A path needs Deno's permissions, a name does not", async () => {
  using folder = new Folder();
  const source = `
    import { Receiver } from "${new URL("channel/mod.ts", ROOT)}";
    const [path] = ${JSON.stringify([folder.place().path])};
    try {
      Receiver.create({ path });
    } catch (error) {
      console.log(error.name);
    }
    const receiver = Receiver.create("/shmem-test-" + crypto.randomUUID());
    receiver.unlink();
    console.log("named");
  `;
  const { stdout, stderr } = await runDeno(source, {
    permissions: ["--allow-ffi"],
  });
  assertEquals([stdout, stderr], ["NotCapable\nnamed\n", ""]);
  assert([...Deno.readDirSync(folder.path)].length === 0);
});
