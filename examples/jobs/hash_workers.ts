// deno run --allow-ffi --allow-read --allow-run examples/jobs/hash_workers.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Hashes the files of a folder in four processes that take them from one queue.
// One of them is killed on the way, and no file is left out.

import { WorkQueue } from "../../store/mod.ts";

const [folder = "examples/channels", name = `/hashes-${Deno.pid}`, role] =
  Deno.args;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Takes files until one says that it was the last. */
async function work(): Promise<void> {
  using files = await WorkQueue.waitFor(name);
  using hashes = await WorkQueue.waitFor(`${name}-done`);
  for await (using job of files) {
    const path = decoder.decode(job.bytes);
    const hash = await crypto.subtle.digest(
      "SHA-256",
      await Deno.readFile(path),
    );
    const hex = new Uint8Array(hash).toHex().slice(0, 16);
    await hashes.put(encoder.encode(`${hex} ${path}`));
    job.done();
  }
}

async function lead(): Promise<void> {
  using cleanup = new DisposableStack();
  const queueAt = (place: string) => {
    const queue = cleanup.use(
      WorkQueue.create(place, { jobs: 100, byteLength: 1000 }),
    );
    cleanup.defer(() => queue.unlink());
    return queue;
  };
  const files = queueAt(name);
  const hashes = queueAt(`${name}-done`);
  const workers = Array.from(
    { length: 4 },
    () =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--allow-ffi",
          "--allow-read",
          new URL(import.meta.url).pathname,
          folder,
          name,
          "worker",
        ],
        stderr: "null",
      }).spawn(),
  );
  cleanup.defer(() => {
    for (const worker of workers) {
      try {
        worker.kill("SIGKILL");
      } catch {
        // It has ended.
      }
    }
  });
  const paths: string[] = [];
  for await (const { name: file, isFile } of Deno.readDir(folder)) {
    if (isFile) paths.push(`${folder}/${file}`);
  }
  const found = new Map<string, string>();
  const put = async () => {
    for (const path of paths) await files.put(encoder.encode(path));
  };
  // Meanwhile: the workers wait, too, while there is no room for hashes.
  const take = async () => {
    while (found.size < paths.length) {
      using job = await hashes.take();
      const text = decoder.decode(job.bytes);
      const space = text.indexOf(" ");
      found.set(text.slice(space + 1), text.slice(0, space));
      job.done();
      if (found.size === 3) workers[0]?.kill("SIGKILL");
    }
  };
  await Promise.all([put(), take()]);
  console.log(`Hashed ${found.size} of ${paths.length} files`);
}

try {
  await (role === "worker" ? work() : lead());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
