/**
 * `WorkQueue` between processes: no job is lost, and none done twice unless a
 * process dies with it.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { WorkQueue } from "../../../store/mod.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testName, testPath } from "../../helpers/store/place.ts";

const encoder = new TextEncoder();

function peer(...args: (string | number)[]): string[] {
  return denoRun(projectPath("tests/peers/deno/store/queue_peer.ts"), {
    args: args.map(String),
  });
}

for (const testPlace of [testName, testPath]) {
  Deno.test(`two producers and two workers do each of thousands of jobs once, by ${testPlace.name}`, async () => {
    using at = testPlace();
    using counts = testName();
    const each = 2000;
    using memory = SharedMemory.create(counts.name, { size: 4 * 2 * each });
    using mapping = memory.map();
    using queue = WorkQueue.create(at.place, { jobs: 100, byteLength: 33 });
    const workers = [0, 1].map(() => run(peer("work", at.name, counts.name)));
    const producers = [0, each].map((first) =>
      run(peer("put", at.name, first, each))
    );
    for (const { code, stderr } of await Promise.all(producers)) {
      assertEquals([code, stderr], [0, ""]);
    }
    for (const _ of workers) await queue.put(encoder.encode("end"));
    let did = 0;
    for (const { code, stdout, stderr } of await Promise.all(workers)) {
      assertEquals([code, stderr], [0, ""]);
      did += Number(stdout.split(" ")[1]);
    }
    assertEquals(did, 2 * each);
    assertEquals(
      new Set(new Int32Array(mapping.bytes.buffer)),
      new Set([1]),
    );
  });
}

Deno.test("the job of a worker that is killed goes to the next one, and fails after maxAttempts", async () => {
  using at = testName();
  using queue = WorkQueue.create(at.place, {
    jobs: 10,
    byteLength: 33,
    maxAttempts: 2,
  });
  await queue.put(encoder.encode("7"));
  for (let attempt = 1; attempt <= 2; attempt++) {
    await using worker = Program.start(peer("hold", at.name));
    assertEquals(await worker.line(), `took 7 ${attempt}`);
    assertEquals(queue.tryTake(), null);
    Deno.kill(worker.pid, "SIGKILL");
    await worker.end();
  }
  await queue.put(encoder.encode("8"));
  using job = await queue.take({ timeoutMs: 60_000 });
  assertEquals(new TextDecoder().decode(job.bytes), "8");
  job.done();
  // A taker that finds no job looks for those of the dead.
  let [failed] = queue.failed();
  for (let i = 0; i < 100 && failed === undefined; i++) {
    await queue.take({ timeoutMs: 300 }).catch(() => {});
    [failed] = queue.failed();
  }
  assert(failed !== undefined);
  assertEquals([failed.number, failed.attempts], [1, 2]);
});

Deno.test("a worker that waits gets the job of one that is killed", async () => {
  using at = testName();
  using queue = WorkQueue.create(at.place, { jobs: 10, byteLength: 33 });
  await queue.put(encoder.encode("7"));
  await using worker = Program.start(peer("hold", at.name));
  assertEquals(await worker.line(), "took 7 1");
  const next = queue.take({ timeoutMs: 60_000 });
  Deno.kill(worker.pid, "SIGKILL");
  using job = await next;
  assertEquals([job.number, job.attempts], [1, 2]);
  job.done();
});

Deno.test("a queue in a file outlives all its processes", async () => {
  using at = testPath();
  {
    using queue = WorkQueue.create(at.place, { jobs: 10, byteLength: 33 });
    for (const text of ["1", "2", "3"]) await queue.put(encoder.encode(text));
    await using worker = Program.start(peer("hold", at.name));
    assertEquals(await worker.line(), "took 1 1");
    Deno.kill(worker.pid, "SIGKILL");
    await worker.end();
  }
  using queue = WorkQueue.open(at.place);
  const seen: string[] = [];
  for (let i = 0; i < 3; i++) {
    using job = await queue.take({ timeoutMs: 60_000 });
    seen.push(new TextDecoder().decode(job.bytes));
    job.done();
  }
  assertEquals(seen.sort(), ["1", "2", "3"]);
});
