/**
 * What objects of this layer say when they are closed in the middle of something,
 * or removed twice.
 *
 * @module
 */

import { assertEquals, assertRejects, assertThrows } from "../../deps.ts";
import { isSystemError } from "../../mod.ts";
import {
  Latest,
  SharedBroadcastChannel,
  SharedMap,
  WorkQueue,
} from "../../store/mod.ts";
import { testName, testPath } from "../helpers/store/place.ts";

/** Lets a wait begin. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

const SHAPE = { jobs: 3, byteLength: 8 };

Deno.test("a pending take() or put() that close() ends says that the queue is closed", async () => {
  using at = testName();
  using queue = WorkQueue.create(at.place, SHAPE);
  using other = WorkQueue.open(at.place);
  const taking = other.take();
  taking.catch(() => {});
  await turn();
  other.close();
  const message =
    `Cannot wait any longer for work queue "${at.name}": it is closed`;
  await assertRejects(() => taking, Deno.errors.BadResource, message);
  using third = WorkQueue.open(at.place);
  for (let i = 0; i < SHAPE.jobs; i++) await queue.put(new Uint8Array(1));
  const putting = third.put(new Uint8Array(1));
  putting.catch(() => {});
  await turn();
  third.close();
  await assertRejects(() => putting, Deno.errors.BadResource, message);
});

Deno.test("a wait for the next value that close() ends says that the value is closed", async () => {
  using at = testName();
  using _writer = Latest.create(at.place, { byteLength: 8 });
  const reader = Latest.open(at.place);
  const waiting = reader.next();
  waiting.catch(() => {});
  await turn();
  reader.close();
  await assertRejects(
    () => waiting,
    Deno.errors.BadResource,
    `latest value "${at.name}": it is closed`,
  );
});

Deno.test("SharedMap.close() within update() is refused, and works afterwards", () => {
  using at = testName();
  using map = SharedMap.create(at.place, { budget: 8192 });
  map.update("a", () => {
    assertThrows(
      () => map.close(),
      Deno.errors.Busy,
      `Cannot close map "${at.name}": this thread is changing it; close it when the call that does, such as update(), has returned`,
    );
    return new Uint8Array([7]);
  });
  assertEquals(map.get("a"), new Uint8Array([7]));
  map.set("b", new Uint8Array(3));
  map.close();
  assertThrows(() => map.get("a"), Deno.errors.BadResource, "it is closed");
});

Deno.test("postMessage() of a message that closes the channel says that it is closed", () => {
  using at = testName();
  using channel = new SharedBroadcastChannel(at.place);
  const message = {
    get price() {
      channel.close();
      return 1;
    },
  };
  const error = assertThrows(() => channel.postMessage(message), DOMException);
  assertEquals(
    [error.name, error.message],
    [
      "InvalidStateError",
      `Cannot post to broadcast channel "${at.name}": it is closed`,
    ],
  );
});

Deno.test("unlink() of a file that is gone, or of a folder, says so", () => {
  using at = testPath();
  const made = [
    Latest.create(at.place, { byteLength: 8 }),
    SharedMap.create({ path: `${at.name}-map` }, { budget: 8192 }),
  ];
  for (const object of made) {
    using _closed = object;
    object.unlink();
    const error = assertThrows(() => object.unlink(), Deno.errors.NotFound);
    const code = isSystemError(error) ? error.code : undefined;
    assertEquals(
      [code, error.message],
      [
        "ENOENT",
        `Cannot unlink ${
          noun(object)
        } "${object.name}": there is no such file (ENOENT from unlink); it was removed before, or lies at another path`,
      ],
    );
    Deno.mkdirSync(object.name);
    assertThrows(() => object.unlink(), Error, "it is a directory");
    assertEquals(Deno.statSync(object.name).isDirectory, true);
  }
});

function noun(object: Latest | SharedMap): string {
  return object instanceof SharedMap ? "map" : "latest value";
}

for (const testPlace of [testName, testPath]) {
  Deno.test(`unlink() of an object leaves another one that has its place since, by ${testPlace.name}`, () => {
    using at = testPlace();
    using old = Latest.create(at.place, { byteLength: 8 });
    old.unlink();
    using _now = Latest.create(at.place, { byteLength: 8 });
    assertThrows(() => old.unlink(), Deno.errors.NotFound, "removed before");
    using _again = Latest.open(at.place);
  });
}
