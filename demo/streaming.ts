/**
 * Pipes and sockets: every byte is read into this process, written into the
 * kernel, and read out of it by another process.
 *
 * @module
 */

import { join } from "../deps.ts";
import { undoLater } from "../tools/undo.ts";
import type { Crew } from "./crew.ts";
import { type Job, lengthOf, WINDOW_LENGTH } from "./jobs.ts";
import { partOf, type SourceFile } from "./source_file.ts";
import type { Done, Way } from "./way.ts";

/** Length of the line that says what comes, in bytes. */
export const HEADER_LENGTH = 64;

/** Where the bytes for one process go. */
type Write = (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;

/** Pipes: the stdin of each process. */
export const PIPING: Way = {
  name: "pipes",
  program: "stream_worker.ts",
  permissions: [],
  open: () => ({
    args: [],
    connect: () => Promise.resolve(),
    work: (job, source, crew) =>
      send(
        job,
        source,
        crew,
        crew.workers.map((worker) => (bytes) => worker.write(bytes)),
      ),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
};

/** A Unix socket, with a connection for each process. */
export const SOCKET: Way = {
  name: "Unix socket",
  program: "stream_worker.ts",
  permissions: ["--allow-net", "--allow-read", "--allow-write"],
  open() {
    const folder = Deno.makeTempDirSync({ prefix: "shmem-demo-" });
    const remove = undoLater(() =>
      Deno.removeSync(folder, { recursive: true })
    );
    const path = join(folder, "socket");
    const listener = Deno.listen({ transport: "unix", path });
    const connections: Deno.UnixConn[] = [];
    return {
      args: [path],
      async connect(crew) {
        for (const _ of crew.workers) {
          const connection = await listener.accept();
          // Each says first which process it is.
          const index = new Uint8Array(1);
          await connection.read(index);
          connections[index[0] ?? 0] = connection;
        }
      },
      work: (job, source, crew) =>
        send(
          job,
          source,
          crew,
          connections.map((connection) => (bytes) =>
            writeAll(connection, bytes)
          ),
        ),
      [Symbol.asyncDispose]() {
        for (const connection of connections) connection.close();
        listener.close();
        remove[Symbol.dispose]();
        return Promise.resolve();
      },
    };
  },
};

async function writeAll(
  connection: Deno.UnixConn,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += await connection.write(bytes.subarray(written));
  }
}

async function send(
  job: Job,
  source: SourceFile,
  crew: Crew,
  writes: readonly Write[],
): Promise<Done> {
  const byteLength = lengthOf(job, source.size);
  let copied = 0;
  const parts = writes.map((_, index) => partOf(job, byteLength, index));
  for (const [index, write] of writes.entries()) {
    const header = new Uint8Array(HEADER_LENGTH).fill(0x20);
    const line = `${parts[index]?.length} ${job.rounds}`;
    new TextEncoder().encodeInto(line, header);
    await write(header);
  }
  const buffer = new Uint8Array(WINDOW_LENGTH);
  for (let round = 0; round < job.rounds; round++) {
    if (job.share === "all") {
      for await (
        const window of source.windows(round, 0, byteLength, buffer)
      ) {
        // Out of the file, into the kernel for each, and out of it.
        copied += window.length * (1 + 2 * writes.length);
        await Promise.all(writes.map((write) => write(window)));
      }
    } else {
      await Promise.all(parts.map(async ({ offset, length }, index) => {
        const own = new Uint8Array(WINDOW_LENGTH);
        for await (
          const window of source.windows(round, offset, length, own)
        ) {
          copied += window.length * 3;
          await writes[index]?.(window);
        }
      }));
    }
  }
  const results = [];
  for (const worker of crew.workers) {
    const lines = [];
    for (let round = 0; round < job.rounds; round++) {
      lines.push(await worker.line());
    }
    results.push(lines);
    await worker.close();
  }
  return { results, copied, shared: 0 };
}
