/**
 * Hands out jobs over a Unix socket, as a program without shared memory does:
 * `p` and 64 bytes put a job, answered by `k`; `t` takes one, answered by its
 * bytes; `d` says that it is done.
 *
 * Takes the path of the socket. Says 0 when it is ready, and ends with its stdin.
 *
 * @module
 */

const LENGTH = 64;
const [path = ""] = Deno.args;
const jobs: Uint8Array[] = [];
const waiting: ((job: Uint8Array) => void)[] = [];

function put(job: Uint8Array): void {
  const taker = waiting.shift();
  if (taker === undefined) jobs.push(job);
  else taker(job);
}

async function take(): Promise<Uint8Array> {
  return jobs.shift() ?? await new Promise((resolve) => waiting.push(resolve));
}

/** Reads exactly so many bytes; nothing at the end. */
async function readFull(
  conn: Deno.Conn,
  length: number,
): Promise<Uint8Array | undefined> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await conn.read(bytes.subarray(at));
    if (count === null) return undefined;
    at += count;
  }
  return bytes;
}

async function serve(conn: Deno.Conn): Promise<void> {
  const answered = Uint8Array.of("k".charCodeAt(0));
  for (;;) {
    const head = await readFull(conn, 1);
    if (head === undefined) return;
    const what = String.fromCharCode(head[0] ?? 0);
    if (what === "p") {
      const job = await readFull(conn, LENGTH);
      if (job === undefined) return;
      put(job);
      await conn.write(answered);
    } else if (what === "t") {
      await conn.write(await take());
    }
  }
}

using listener = Deno.listen({ transport: "unix", path });
(async () => {
  for await (const conn of listener) serve(conn).catch(() => {});
})();
Deno.stdout.writeSync(new TextEncoder().encode("0\n"));
await Deno.stdin.readable.pipeTo(new WritableStream());
Deno.exit();
