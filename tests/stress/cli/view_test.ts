/**
 * `shmem view` with real programs: what it tells the page. The page itself is
 * tested in a browser, in `view_page_test.ts`.
 *
 * @module
 */

import { assertEquals, assertMatch, assertThrows } from "../../../deps.ts";
import { describe } from "../../../cli/inspect/mod.ts";
import type { Detail } from "../../../cli/view/look/detail.ts";
import type { ObjectView, Picture } from "../../../cli/view/look/picture.ts";
import { SharedMemory } from "../../../mod.ts";
import { Latest } from "../../../store/mod.ts";
import { Mutex } from "../../../sync/mod.ts";
import { projectPath } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { Events } from "../../helpers/cli/events.ts";
import { jsonLines, shmem } from "../../cli/helpers.ts";
import { ask, cookieOf } from "../../helpers/cli/http.ts";
import { takePart } from "../../cli/partners.ts";
import { temporaryName } from "../../helpers/cli/temporary.ts";
import { startViewer, type Viewer } from "../../helpers/cli/viewer.ts";

/** Follows the state until something is true of an object. */
async function until(
  events: Events,
  name: string,
  isTrue: (object: ObjectView) => boolean,
): Promise<{ object: ObjectView; picture: Picture }> {
  for (;;) {
    const picture = await events.state<Picture>();
    const object = picture.objects[name];
    if (object !== undefined && isTrue(object)) return { object, picture };
  }
}

async function eventsOf({ url, port }: Viewer): Promise<Events> {
  return await Events.open(String(port), await cookieOf(url));
}

async function detailOf(
  { url, port }: Viewer,
  name: string,
): Promise<Detail> {
  const { status, body } = await ask(
    port,
    `/object?address=${encodeURIComponent(name)}`,
    { headers: { cookie: await cookieOf(url) } },
  );
  assertEquals(status, 200, body);
  return JSON.parse(body);
}

Deno.test("view tells of a channel what the commands tell, and marks who was killed", async () => {
  using temporary = temporaryName();
  const { name } = temporary;
  await using receiver = await takePart("receiver", name);
  await using sender = await takePart("sender", name);
  await using viewer = await startViewer(["--interval", "100ms"]);
  await using events = await eventsOf(viewer);
  const { object, picture } = await until(
    events,
    name,
    ({ participants }) => participants.length === 2,
  );
  // The sender has filled it, so everything stands still.
  const tell = async (command: string) =>
    jsonLines(await shmem([command, name, "--json"]));
  const [[told] = [], [listed] = [], holders = []] = await Promise.all(
    ["info", "list", "who"].map(tell),
  );
  const { capacity, head, tail, fill } = told.ring;
  assertEquals([object.kind, object.used], [listed.kind, listed.used]);
  assertEquals(
    [object.kind, object.label, object.size, object.stale],
    [told.kind, "ticks", told.size, false],
  );
  assertEquals(
    [object.capacity, object.head, object.tail, object.fill],
    [capacity, head, tail, fill],
  );
  assertEquals(
    object.participants.map(({ role, pid, state }) => [role, pid, state]),
    [["receiver", receiver.pid, "open"], ["sender", sender.pid, "open"]],
  );
  assertEquals(object.participants[0]?.lag, fill);
  assertEquals(
    Object.keys(object.holders).map(Number),
    holders.map(({ pid }) => pid),
  );
  assertEquals(picture.processes[sender.pid]?.alive, true);
  const detail = await detailOf(viewer, name);
  assertEquals(detail.findings, told.findings);
  assertEquals(detail.newest?.length, 300);
  assertEquals(detail.inside["ring"]?.["head"], String(head));

  await sender.kill();
  const after = await until(
    events,
    name,
    ({ participants }) => participants.some(({ state }) => state === "died"),
  );
  assertEquals(after.object.holders[sender.pid], "died");
  assertEquals(after.picture.processes[sender.pid]?.alive, false);
});

Deno.test("view shows the newest value in each form that it has", async () => {
  const name = randomName();
  using latest = Latest.create(name, { byteLength: 999 });
  using cleanup = new DisposableStack();
  cleanup.defer(() => latest.unlink());
  await using viewer = await startViewer([name]);
  const newest = async (text: string) => {
    latest.write(new TextEncoder().encode(text));
    return (await detailOf(viewer, name)).newest;
  };
  const json = await newest('{"price":100,"name":"<b>ACME</b>"}');
  assertEquals(json?.number, 1);
  assertEquals(json?.text, '{"price":100,"name":"<b>ACME</b>"}');
  assertMatch(json?.json ?? "", /\n {2}"price": 100,\n/);
  assertMatch(
    json?.hex ?? "",
    /^0000 {2}7b 22 70 72 .* {2}\{"price":100,"na\n/,
  );
  const text = await newest("plain text");
  assertEquals([text?.text, text?.json], ["plain text", undefined]);
  latest.write(Uint8Array.of(0, 255, 7));
  const bytes = (await detailOf(viewer, name)).newest;
  assertEquals([bytes?.text, bytes?.json], [undefined, undefined]);
  assertEquals(bytes?.length, 3);
});

Deno.test("view only reads unless it was told otherwise, and ends with Ctrl-C", async () => {
  using temporary = temporaryName();
  {
    // Who creates it and is killed leaves it behind.
    await using receiver = await takePart("receiver", temporary.name);
    await receiver.kill();
  }
  const before = describe(temporary.name);
  await using viewer = await startViewer(["--interval", "100ms"]);
  await using events = await eventsOf(viewer);
  const { picture } = await until(events, temporary.name, ({ stale }) => stale);
  assertEquals(picture.allowChanges, false);
  const { status } = await ask(viewer.port, "/remove-stale", {
    method: "POST",
    headers: {
      cookie: await cookieOf(viewer.url),
      origin: `http://127.0.0.1:${viewer.port}`,
    },
  });
  assertEquals(status, 403);
  // The page is open, and does not keep it.
  const ended = await viewer.end("SIGINT");
  assertEquals([ended.code, ended.signal], [0, null]);
  const { at: _before, ...same } = before;
  const { at: _after, ...after } = describe(temporary.name);
  assertEquals(after, same);
});

Deno.test("view of objects by pattern shows those alone", async () => {
  const name = randomName();
  using latest = Latest.create(name, { byteLength: 100 });
  using cleanup = new DisposableStack();
  cleanup.defer(() => latest.unlink());
  await using viewer = await startViewer([name]);
  await using events = await eventsOf(viewer);
  const { objects } = await events.state<Picture>();
  assertEquals(Object.keys(objects), [name]);
});

Deno.test("view shows values by a struct, and the locks in objects", async () => {
  const folder = await Deno.makeTempDir({ prefix: "shmem-test-view-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const file = `${folder}/quote.ts`;
  await Deno.writeTextFile(
    file,
    `import { chars, f64, struct } from "${projectPath("struct/mod.ts")}";
export const Quote = struct({ price: f64, name: chars(16) });
`,
  );
  using latest = Latest.create(randomName(), { byteLength: 99 });
  cleanup.defer(() => latest.unlink());
  const bytes = new Uint8Array(24);
  new DataView(bytes.buffer).setFloat64(0, 101.5, true);
  bytes.set(new TextEncoder().encode("ACME"), 8);
  latest.write(bytes);
  const name = randomName();
  using memory = SharedMemory.create(name, { size: 5003 });
  cleanup.defer(() => memory.unlink());
  using mapping = memory.map();
  const mutex = Mutex.create(mapping.bytes, 128);
  await using viewer = await startViewer([
    "--struct",
    `${file}#Quote`,
    "--lock",
    "128",
  ]);
  const { newest } = await detailOf(viewer, latest.name);
  assertMatch(newest?.fields ?? "", /^price +101\.5\nname +"ACME"$/);
  const lockOf = async () => {
    const { locks: [lock] } = await detailOf(viewer, name);
    return [lock?.state, lock?.owner.includes(`process ${Deno.pid}`)];
  };
  assertEquals(await lockOf(), ["free", false]);
  using _guard = mutex.lock();
  assertEquals(await lockOf(), ["held", true]);
});

Deno.test("view with --allow-changes removes what nobody has, and nothing else", async () => {
  using abandoned = temporaryName();
  {
    await using receiver = await takePart("receiver", abandoned.name);
    await receiver.kill();
  }
  const used = `${abandoned.name}-used`;
  using latest = Latest.create(used, { byteLength: 99 });
  using cleanup = new DisposableStack();
  cleanup.defer(() => latest.unlink());
  // The pattern keeps it from what other tests have left.
  await using viewer = await startViewer([
    `${abandoned.name}*`,
    "--allow-changes",
  ]);
  const { status, body } = await ask(viewer.port, "/remove-stale", {
    method: "POST",
    headers: {
      cookie: await cookieOf(viewer.url),
      origin: `http://127.0.0.1:${viewer.port}`,
    },
  });
  assertEquals(status, 200, body);
  assertEquals(JSON.parse(body), { removed: [abandoned.name] });
  assertThrows(() => describe(abandoned.name), Deno.errors.NotFound);
  assertEquals(describe(used).stale, false);
});

Deno.test("view refuses options that make no sense", async () => {
  const { code, stderr } = await shmem(["view", "--port", "no"]);
  assertEquals(code, 2);
  assertMatch(stderr, /--port/);
});
