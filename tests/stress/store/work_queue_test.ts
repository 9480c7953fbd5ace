/**
 * `WorkQueue` under load: a million jobs through four producers and four workers,
 * and workers that are killed five hundred times.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { WorkQueue } from "../../../store/mod.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { testName } from "../../helpers/store/place.ts";

const encoder = new TextEncoder();

function peer(...args: (string | number)[]): string[] {
  return denoRun(projectPath("tests/peers/deno/store/queue_peer.ts"), {
    args: args.map(String),
  });
}

Deno.test(needing(
  ["native"],
  "a million jobs of four producers are done once each by four workers",
  async () => {
    const each = 250_000;
    using at = testName();
    using counts = testName();
    using memory = SharedMemory.create(counts.name, { size: 16 * each });
    using mapping = memory.map();
    using queue = WorkQueue.create(at.place, { jobs: 1000, byteLength: 33 });
    const workers = Array.from(
      { length: 4 },
      () => run(peer("work", at.name, counts.name)),
    );
    const producers = Array.from(
      { length: 4 },
      (_, i) => run(peer("put", at.name, i * each, each)),
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
    assertEquals(did, 4 * each);
    const words = new Int32Array(mapping.bytes.buffer);
    assert(words.every((count) => count === 1));
  },
));

Deno.test(needing(
  ["native"],
  "workers that are killed five hundred times, two at once, lose no job",
  async () => {
    const jobs = 500_000;
    const deaths = 250;
    using at = testName();
    using counts = testName();
    using memory = SharedMemory.create(counts.name, { size: 4 * jobs });
    using mapping = memory.map();
    using queue = WorkQueue.create(at.place, {
      jobs: 500,
      byteLength: 33,
      maxAttempts: 1000,
    });
    const work = () => Program.start(peer("work", at.name, counts.name));
    let next = 0;
    const words = new Int32Array(mapping.bytes.buffer);
    const feeding = (async () => {
      for (; next < jobs; next++) {
        await queue.put(encoder.encode(String(next)));
        // The others must have a chance to be killed in the middle.
        if (next % 500 === 0) await new Promise((done) => setTimeout(done, 1));
      }
    })();
    for (let i = 0; i < deaths; i++) {
      await using first = work();
      await using second = work();
      await new Promise((done) => setTimeout(done, 300 + (i * 37) % 200));
      Deno.kill(first.pid, "SIGKILL");
      Deno.kill(second.pid, "SIGKILL");
      await Promise.all([first.end(), second.end()]);
      if (next >= jobs && queue.status().waiting === 0) break;
    }
    // What is left is done here, that of the dead included.
    const rest = (async () => {
      const isLeft = () => {
        const { waiting, taken } = queue.status();
        return next < jobs || waiting + taken > 0;
      };
      while (isLeft()) {
        using job = await queue.take({ timeoutMs: 1000 }).catch((error) => {
          if (!(error instanceof Deno.errors.TimedOut)) throw error;
          return undefined;
        });
        if (job === undefined) continue;
        Atomics.add(words, Number(new TextDecoder().decode(job.bytes)), 1);
        job.done();
      }
    })();
    await feeding;
    await rest;
    assertEquals(queue.status(), {
      waiting: 0,
      delayed: 0,
      taken: 0,
      failed: 0,
    });
    let twice = 0;
    for (const count of words) {
      assert(count >= 1, "a job was lost");
      if (count > 1) twice++;
    }
    // Only those that a worker had done, and died before done().
    assert(twice <= 2 * deaths, `${twice} were done twice`);
  },
));
