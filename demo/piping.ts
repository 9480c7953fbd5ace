import { WINDOW_SIZE } from "./parts.ts";
import type { Way } from "./way.ts";

/**
 * Pipes: every byte is read into this process, written into a pipe, and read
 * out of it by another process. No more of the file than a window for each
 * process is held at a time.
 */
export const PIPING: Way = {
  name: "pipes",
  program: "hash_piped.ts",
  permissions: [],

  async work(source, { workers }) {
    let copied = 0;
    const answers = source.parts.map(async (part, index) => {
      const worker = workers[index]!;
      const buffer = new Uint8Array(WINDOW_SIZE);
      for await (const window of source.windows(part, buffer)) {
        await worker.write(window);
        // Out of the file, and into the pipe.
        copied += 2 * window.length;
      }
      return worker.finish();
    });
    return { answers: await Promise.all(answers), copied, shared: 0 };
  },
};
