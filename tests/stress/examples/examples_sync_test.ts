/**
 * Runs the programs of `examples/` that wait and lock.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertThrows,
} from "../../../deps.ts";
import { Segment, SharedMemory } from "../../../mod.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { deadline } from "../../helpers/deadline.ts";
import {
  deno,
  failure,
  freshKey,
  LETTERS,
  output,
  tellLetters,
  twinOf,
} from "./programs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { until } from "../../helpers/sync/size.ts";

// The program starts another, which the emulator does not do for it.
Deno.test(needing(
  ["native"],
  "waiting_parent.ts starts waiting_child.ts, which reads the alphabet as soon as it is there",
  async () => {
    const text = await deadline(output(deno("waiting_parent")), () => "hangs");
    assertEquals(text.split("\n").sort(), [
      "",
      `Reading: ${LETTERS}`,
      "The child has read them",
      `Writing: ${LETTERS}`,
    ]);
  },
));

Deno.test("waiting_child.ts says its usage without a path", async () => {
  assertEquals(
    await failure(deno("waiting_child")),
    "Usage: waiting_child.ts PATH",
  );
});

Deno.test("waiting_server.ts shows every letter that waiting_client.ts is told at once, up to a q", async () => {
  const key = freshKey();
  using cleanup = new DisposableStack();
  cleanup.defer(() => removeIfThere(Number(key)));
  await using server = Program.start(deno("waiting_server", key));
  await until(() => isThere(Number(key)), "the server makes its segment");
  await using client = Program.start(deno("waiting_client", key));
  // All of it before the first is shown: none may be lost.
  await tellLetters(client, server);
  assertThrows(() => Segment.open({ key: Number(key) }), Deno.errors.NotFound);
});

Deno.test("waiting_client.ts says that its server is missing", async () => {
  assertMatch(
    await failure(deno("waiting_client", freshKey())),
    /^Cannot find segment with key 0x.*ENOENT/,
  );
});

function isThere(key: number): boolean {
  try {
    Segment.open({ key });
    return true;
  } catch {
    return false;
  }
}

function removeIfThere(key: number): void {
  if (isThere(key)) Segment.open({ key }).remove();
}

Deno.test(needing(
  ["native"],
  "locked_counter.ts loses no count of ten processes, though one is killed while it has the lock",
  async () => {
    const text = await deadline(output(deno("locked_counter")), () => "hangs");
    assertEquals(text, "counted 9500 of 9500\nrepaired 1 time\n");
  },
));

/** Lets one program say ping, and another pong. */
async function takeTurns(
  ping: readonly string[],
  pong: readonly string[],
  name: string,
): Promise<void> {
  using cleanup = new DisposableStack();
  cleanup.defer(() => unlinkIfThere(name));
  await using first = Program.start(ping);
  assertEquals(await first.line(), "1 ping");
  await using second = Program.start(pong);
  assertEquals(await second.line(), "2 pong");
  assertEquals(await first.end(), {
    code: 0,
    stdout: "3 ping\n5 ping\n",
    stderr: "",
  });
  assertEquals(await second.end(), {
    code: 0,
    stdout: "4 pong\n6 pong\n",
    stderr: "",
  });
  assertThrows(() => SharedMemory.open(name), Deno.errors.NotFound);
}

function unlinkIfThere(name: string): void {
  try {
    SharedMemory.unlink(name);
  } catch {
    // Nothing was left, as it should be.
  }
}

Deno.test("turns.ts takes turns with itself", async () => {
  const name = randomName();
  await takeTurns(
    deno("turns", "ping", name),
    deno("turns", "pong", name),
    name,
  );
});

Deno.test(needing(
  ["cc"],
  "turns.ts takes turns with its twin in C, whichever begins",
  async () => {
    const twin = await twinOf("turns");
    const [first, second] = [randomName(), randomName()];
    await takeTurns(
      [twin.path, "ping", first],
      deno("turns", "pong", first),
      first,
    );
    await takeTurns(
      deno("turns", "ping", second),
      [twin.path, "pong", second],
      second,
    );
  },
));

Deno.test("turns.ts says its usage, and that nobody has begun", async () => {
  assertMatch(await failure(deno("turns")), /^Usage: turns\.ts ping\|pong/);
  assertMatch(
    await failure(deno("turns", "pong", randomName())),
    /^Cannot open shared memory .*ENOENT/,
  );
});

Deno.test("buffer_producer.ts and buffer_consumer.ts pass twenty numbers through four places", async () => {
  const name = randomName();
  using cleanup = new DisposableStack();
  cleanup.defer(() => unlinkIfThere(name));
  await using producer = Program.start(deno("buffer_producer", name));
  assertEquals(await producer.line(), "Producing");
  assertEquals(
    await output(deno("buffer_consumer", name)),
    "Consumed numbers with the sum 2870\n",
  );
  assertEquals(await producer.end(), {
    code: 0,
    stdout: "Produced 20 numbers\n",
    stderr: "",
  });
  assertThrows(() => SharedMemory.open(name), Deno.errors.NotFound);
});

Deno.test("buffer_consumer.ts says that its producer is missing", async () => {
  const message = await failure(deno("buffer_consumer", randomName()));
  assert(message.startsWith("Cannot open shared memory"), message);
});
