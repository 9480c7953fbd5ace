/** `wait` and `notify`: blocking, within one program. */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { MappedFile, Segment, SharedMemory } from "../../../mod.ts";
import { countSleepers } from "../../../ffi/sync/futex.ts";
import { notify, wait, waitAsync } from "../../../sync/mod.ts";
import { locate } from "../../../sync/waiting/word_of_view.ts";
import { needing } from "../../helpers/needs.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause, until } from "../../helpers/sync/size.ts";
import { change, started, wakeOne } from "../../helpers/sync/wait_peers.ts";

Deno.test("wait() returns not-equal at once when the word has another value", () => {
  using memory = testMemory();
  memory.words[7] = 5;
  assertEquals(wait(memory.words, 7, 4), "not-equal");
  assertEquals(wait(memory.words, 7, 4, 0), "not-equal");
});

Deno.test("wait() returns timed-out, and not before the time is over", () => {
  using memory = testMemory();
  for (const ms of [0, 0.3, 20, 31.5]) {
    const start = performance.now();
    assertEquals(wait(memory.words, 7, 0, ms), "timed-out");
    const took = performance.now() - start;
    assert(took >= ms - 0.01, `${took} ms instead of ${ms}`);
  }
});

Deno.test("wait() and notify() take values as Atomics.store wrote them, signed or unsigned", () => {
  using memory = testMemory();
  const { words } = memory;
  for (const value of [0xffff_ffff, -1, 0x8000_0000, -0x8000_0000, 0, -0]) {
    words[3] = value;
    assertEquals(wait(words, 3, value, 0), "timed-out", `${value}`);
    assertEquals(wait(words, 3, value | 0, 0), "timed-out", `${value}`);
    assertEquals(wait(words, 3, (value | 0) ^ 1, 0), "not-equal", `${value}`);
  }
});

Deno.test("wait() throws the reason of a signal that was aborted before", () => {
  using memory = testMemory();
  const reason = new TypeError("of the test");
  const options = { signal: AbortSignal.abort(reason) };
  assertThrows(
    () => wait(memory.words, 0, 0, options),
    TypeError,
    "of the test",
  );
});

Deno.test("wait() and waitAsync() take a timeout as a number or in an object", async () => {
  using memory = testMemory();
  for (const options of [1, { timeoutMs: 1 }]) {
    assertEquals(wait(memory.words, 0, 0, options), "timed-out");
    assertEquals(await waitAsync(memory.words, 0, 0, options), "timed-out");
  }
});

Deno.test("memory that is mapped for reading only can be waited on, by the word", async () => {
  using memory = SharedMemory.anonymous({ size: 4099 });
  using writable = memory.map();
  using readable = memory.map({ access: "read" });
  using odd = memory.map({ access: "read", offset: 4097 });
  const words = new Int32Array(writable.bytes.buffer, 0, 1024);
  const { bytes } = readable;
  words[7] = 3;
  assertEquals(wait(bytes, 7, 4), "not-equal");
  assertEquals(wait(bytes, 7, 3, 1), "timed-out");
  assertEquals(wait(bytes.subarray(20, 36), 2, 3, 1), "timed-out");
  const waits = [
    started(waitAsync(bytes, 7, 3)),
    started(waitAsync(bytes.subarray(20), 2, 3)),
  ];
  await pause(20);
  change(words, 7);
  assertEquals(await Promise.all(waits), ["ok", "ok"]);
  assertThrows(() => wait(bytes, 1024, 0, 0), RangeError, "1023");
  assertThrows(() => wait(bytes.subarray(20, 36), 4, 0, 0), RangeError, "3");
  const says = "multiple of 4";
  assertThrows(() => wait(bytes.subarray(2), 0, 0, 0), RangeError, says);
  assertThrows(() => wait(odd.bytes, 0, 0, 0), RangeError, says);
  assertThrows(() => Reflect.apply(notify, null, [bytes, 7]), TypeError);
  readable.unmap();
  assertThrows(() => wait(bytes, 7, 3, 0), TypeError, "unmapped");
});

Deno.test("of three asynchronous waits notify() ends as many as it says, though the word has changed for all", async () => {
  using memory = testMemory();
  const { words } = memory;
  const ends: string[] = [];
  for (const name of ["first", "second", "third"]) {
    started(waitAsync(words, 4, 0)).then((end) => ends.push(`${name} ${end}`));
  }
  // Before they could sleep, and while they do.
  Atomics.store(words, 4, 1);
  assertEquals(notify(words, 4, 1), 1);
  await pause(50);
  assertEquals(ends[0], "first ok");
});

// Where a wait polls, all see that the word has changed.
Deno.test(needing(
  ["native"],
  "of three asynchronous waits that sleep notify() ends as many as it says, and counts the rest later",
  async () => {
    using memory = testMemory();
    const { words } = memory;
    const ends: string[] = [];
    for (const name of ["first", "second", "third"]) {
      started(waitAsync(words, 4, 0)).then((end) =>
        ends.push(`${name} ${end}`)
      );
    }
    const { word } = locate(words, 4, "test");
    await until(() => countSleepers(word) === 1, "they sleep in one place");
    Atomics.store(words, 4, 1);
    assertEquals(notify(words, 4, 1), 1);
    // Others that start to wait do not disturb them.
    const timeouts = [10, 50].map((ms) => waitAsync(words, 5, 0, ms));
    assertEquals(await Promise.all(timeouts), ["timed-out", "timed-out"]);
    assertEquals(ends, ["first ok"]);
    const late = started(waitAsync(words, 4, 1));
    assertEquals(notify(words, 4, 1), 1);
    await pause(50);
    assertEquals(ends, ["first ok", "second ok"]);
    assertEquals(notify(words, 4), 2);
    assertEquals(await late, "ok");
    assertEquals(ends, ["first ok", "second ok", "third ok"]);
    assertEquals(notify(words, 4), 0);
  },
));

Deno.test(needing(
  ["native"],
  "notify() wakes as many as the count says, which is rounded down, and gives how many",
  async () => {
    using memory = testMemory();
    const { words } = memory;
    assertEquals(notify(words, 5), 0);
    const waits = Array.from(
      { length: 7 },
      () => started(waitAsync(words, 5, 0)),
    );
    await pause(50);
    Atomics.store(words, 5, 1);
    assertEquals(notify(words, 5, 2.9), 2);
    assertEquals(notify(words, 6), 0);
    notify(words, 5);
    assertEquals(await Promise.all(waits), Array(7).fill("ok"));
  },
));

Deno.test(needing(
  ["native"],
  "notify() with the count 0 wakes nobody, as Atomics.notify() does",
  async () => {
    using memory = testMemory();
    const waiting = started(waitAsync(memory.words, 5, 0));
    await pause(50);
    for (const none of [0, 0.9, -0]) {
      assertEquals(notify(memory.words, 5, none), 0, `${none}`);
    }
    await wakeOne(memory.words, 5);
    await waiting;
  },
));

Deno.test("a view anywhere in the memory means the word under it, also in a window that starts at an odd offset", async () => {
  using memory = SharedMemory.anonymous({ size: 9001 });
  using whole = memory.map();
  using shifted = memory.map({ offset: 4099, length: 777 });
  const words = new Int32Array(whole.bytes.buffer, 0, 2250);
  // The buffer starts at 4096, so that the words are aligned in memory.
  const { buffer, byteOffset } = shifted.bytes;
  assertEquals(byteOffset, 3);
  const part = new Int32Array(buffer, 8, 5).subarray(2);
  const waiting = started(waitAsync(part, 1, 0));
  const index = (4096 + 8 + 4 * 3) / 4;
  assertEquals(await waitAsync(words, index, 1), "not-equal");
  change(words, index);
  assertEquals(await waiting, "ok");
  assertEquals(wait(part, 1, 0), "not-equal");
});

Deno.test("the bytes of a page before an odd window can be waited on as well", () => {
  using memory = SharedMemory.anonymous({ size: 9001 });
  using shifted = memory.map({ offset: 4099, length: 777 });
  const words = new Int32Array(shifted.bytes.buffer, 0, 2);
  assertEquals(wait(words, 0, 0, 1), "timed-out");
  assertEquals(notify(words, 0), 0);
});

Deno.test("a segment, a file and memory without a name can all be waited on", async () => {
  using cleanup = new DisposableStack();
  const segment = cleanup.use(
    Segment.create({ size: 999, removeOnLastDetach: true }),
  );
  const path = Deno.makeTempFileSync();
  cleanup.defer(() => Deno.removeSync(path));
  Deno.writeFileSync(path, new Uint8Array(999));
  const file = cleanup.use(MappedFile.open(path, { access: "read-write" }));
  for (const map of [() => segment.attach(), () => file.map()]) {
    using mine = map();
    using yours = map();
    const words = new Int32Array(mine.bytes.buffer, 0, 9);
    const waiting = started(waitAsync(words, 3, 0));
    change(new Int32Array(yours.bytes.buffer, 0, 9), 3);
    assertEquals(await waiting, "ok");
  }
});
