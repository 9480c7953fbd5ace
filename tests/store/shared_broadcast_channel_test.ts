/**
 * `SharedBroadcastChannel`: what the Web Platform Tests ask of `BroadcastChannel`
 * and makes sense between processes.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../deps.ts";
import { SharedBroadcastChannel } from "../../store/mod.ts";
import { HEADER_LENGTH } from "../../store/object/header.ts";
import { denoRun, runDeno } from "../helpers/deno.ts";
import { Program } from "../helpers/peers/program.ts";
import { testName, testPath } from "../helpers/store/place.ts";

/** Collects messages until there are so many. */
function collect(
  channel: SharedBroadcastChannel,
  count: number,
): Promise<unknown[]> {
  const seen: unknown[] = [];
  return new Promise((resolve) => {
    channel.addEventListener("message", (event) => {
      assert(event instanceof MessageEvent);
      seen.push(event.data);
      if (seen.length === count) resolve(seen);
    });
  });
}

for (const testPlace of [testName, testPath]) {
  Deno.test(`messages go to all others in order, and not to their sender, by ${testPlace.name}`, async () => {
    using at = testPlace();
    using a = new SharedBroadcastChannel(at.place);
    using b = new SharedBroadcastChannel(at.place);
    using c = new SharedBroadcastChannel(at.place);
    const all = [a, b, c].map((channel) => collect(channel, 2));
    a.postMessage("from a");
    b.postMessage("from b");
    c.postMessage("done");
    assertEquals(await Promise.all(all), [
      ["from b", "done"],
      ["from a", "done"],
      ["from a", "from b"],
    ]);
  });
}

Deno.test("messages are structured clones, taken when they are posted", async () => {
  using at = testName();
  using a = new SharedBroadcastChannel(at.place);
  using b = new SharedBroadcastChannel(at.place);
  const seen = collect(b, 2);
  const value = { map: new Map([[1n, new Date(5)]]), list: [1] };
  a.postMessage(value);
  value.list.push(2);
  a.postMessage(undefined);
  assertEquals(await seen, [
    { map: new Map([[1n, new Date(5)]]), list: [1] },
    undefined,
  ]);
  const error = assertThrows(() => a.postMessage(() => 1), DOMException);
  assertEquals(error.name, "DataCloneError");
});

Deno.test("what was posted before does not come, and nothing after close()", async () => {
  using at = testName();
  using a = new SharedBroadcastChannel(at.place);
  a.postMessage("before");
  using b = new SharedBroadcastChannel(at.place);
  const closed = new SharedBroadcastChannel(at.place);
  closed.onmessage = () => {
    throw new Error("a message after close()");
  };
  closed.close();
  closed.close();
  const seen = collect(b, 1);
  a.postMessage("after");
  assertEquals(await seen, ["after"]);
  const error = assertThrows(() => closed.postMessage(1), DOMException);
  assertEquals(error.name, "InvalidStateError");
});

Deno.test("closing within onmessage ends it", async () => {
  using at = testName();
  using a = new SharedBroadcastChannel(at.place);
  using b = new SharedBroadcastChannel(at.place);
  using c = new SharedBroadcastChannel(at.place);
  let count = 0;
  b.onmessage = () => {
    count++;
    b.close();
  };
  const seen = collect(c, 2);
  a.postMessage(1);
  a.postMessage(2);
  await seen;
  await new Promise((done) => setTimeout(done, 5));
  assertEquals(count, 1);
});

Deno.test("one that is too slow is told what it missed", async () => {
  using at = testName();
  using a = new SharedBroadcastChannel(at.place, { capacity: 1024 });
  using b = new SharedBroadcastChannel(at.place);
  const { promise, resolve } = Promise.withResolvers<void>();
  let errors = 0;
  let last: unknown;
  b.onmessageerror = () => {
    errors++;
  };
  b.onmessage = ({ data }) => {
    last = data;
    if (data === 99) resolve();
  };
  // All within one turn of the loop: it cannot keep up.
  for (let i = 0; i < 100; i++) a.postMessage(i);
  await promise;
  assertEquals(last, 99);
  assert(errors > 0 && b.lost > 0);
});

Deno.test("wrong arguments are refused", () => {
  using at = testName();
  using a = new SharedBroadcastChannel(at.place, { capacity: 2048 });
  assertThrows(
    () => a.postMessage(new Uint8Array(300)),
    RangeError,
    "larger capacity",
  );
  assertThrows(
    () => new SharedBroadcastChannel(at.place, { capacity: 4096 }),
    RangeError,
    "2048",
  );
  for (const capacity of [0, 1000, 2 ** 31]) {
    assertThrows(
      () => new SharedBroadcastChannel(at.place, { capacity }),
      RangeError,
    );
  }
  assertThrows(
    () => Reflect.construct(SharedBroadcastChannel, [at.place, { size: 1 }]),
    TypeError,
    '"size"',
  );
});

Deno.test("what was posted by one that was killed before it counted it is not new to who comes later", async () => {
  using at = testName();
  using here = new SharedBroadcastChannel(at.place);
  const all = collect(here, 3);
  const number = HEADER_LENGTH / 4 + 2;
  const killed = await runDeno(
    `import { SharedBroadcastChannel } from "${new URL(
      "../../store/mod.ts",
      import.meta.url,
    )}";
const channel = new SharedBroadcastChannel(${JSON.stringify(at.name)});
channel.postMessage("first");
const { store } = Atomics;
Atomics.store = (words, index, value) => {
  if (words instanceof Int32Array && index === ${number}) {
    Deno.kill(Deno.pid, "SIGKILL");
  }
  return store(words, index, value);
};
channel.postMessage("second");
`,
  );
  assertEquals(killed.signal, "SIGKILL");
  using late = new SharedBroadcastChannel(at.place);
  using other = new SharedBroadcastChannel(at.place);
  const seen = collect(late, 1);
  other.postMessage("third");
  assertEquals(await seen, ["third"]);
  assertEquals(await all, ["first", "second", "third"]);
});

Deno.test("processes talk to one another, and one that is killed while it posts stops nobody", async () => {
  using at = testName();
  using here = new SharedBroadcastChannel(at.place);
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      `import { SharedBroadcastChannel } from "${new URL(
        "../../store/mod.ts",
        import.meta.url,
      )}";
const channel = new SharedBroadcastChannel(Deno.args[0]);
channel.onmessage = ({ data }) => channel.postMessage({ answer: data.question * 2 });
console.log("there");
if (Deno.args[1] === "flood") for (;;) channel.postMessage("x".repeat(900));
`,
    );
    for (let round = 0; round < 3; round++) {
      await using flood = Program.start(
        denoRun(file, { args: [at.name, "flood"] }),
      );
      assertEquals(await flood.line(), "there");
      await new Promise((done) => setTimeout(done, 20 + round * 3));
      Deno.kill(flood.pid, "SIGKILL");
      await flood.end();
    }
    await using there = Program.start(denoRun(file, { args: [at.name] }));
    assertEquals(await there.line(), "there");
    const { promise, resolve } = Promise.withResolvers<unknown>();
    here.addEventListener("message", (event) => {
      assert(event instanceof MessageEvent);
      if (typeof event.data === "object") resolve(event.data);
    });
    here.postMessage({ question: 21 });
    assertEquals(await promise, { answer: 42 });
  } finally {
    await Deno.remove(file);
  }
});
