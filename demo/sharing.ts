import { SharedMemory } from "../mod.ts";
import type { Way } from "./way.ts";

const encoder = new TextEncoder();

/**
 * Shared memory: the file is read once, straight into memory that the other
 * processes map. All that they are sent is a path and two numbers.
 *
 * The memory has no name, so nothing of it can be left behind, and a small
 * `/dev/shm`, as containers have it, does not limit it.
 */
export const SHARING: Way = {
  name: "shared memory",
  program: "hash_shared.ts",
  permissions: ["--allow-ffi", "--allow-read=/proc"],

  async work(source, { workers }) {
    using memory = SharedMemory.anonymous({ size: source.size });
    using mapping = memory.map();

    let copied = 0;
    const answers = [];
    for (const [index, part] of source.parts.entries()) {
      const { offset, length } = part;
      const target = mapping.bytes.subarray(offset, offset + length);
      copied += await source.readInto(target, part);
      // A part is worked on while the next ones are still being read.
      const worker = workers[index]!;
      await worker.write(
        encoder.encode(`${memory.path} ${offset} ${length}\n`),
      );
      const answer = worker.finish();
      // If a later part cannot be read, nobody will wait for this one.
      answer.catch(() => {});
      answers.push(answer);
    }
    const { allocated: shared } = memory.status();
    return { answers: await Promise.all(answers), copied, shared };
  },
};
