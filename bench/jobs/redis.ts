import { loadRedis, type RedisClient } from "../../deps.ts";
import { undoLater } from "../../tools/undo.ts";

/** A server of Redis of its own, over a Unix socket, and a client of it. */
export interface Redis extends AsyncDisposable {
  readonly client: RedisClient;
}

/**
 * Starts Debian's `redis-server`, without files.
 *
 * @returns Nothing where it is not installed.
 */
export async function startRedis(): Promise<Redis | undefined> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "shmem-bench-" });
  stack.use(undoLater(() => Deno.removeSync(folder, { recursive: true })));
  const path = `${folder}/redis.sock`;
  const server = spawn(path, folder);
  if (server === undefined) return undefined;
  stack.defer(async () => {
    server.kill();
    await server.status;
  });
  await waitForSocket(path);
  const { createClient } = await loadRedis();
  const client = createClient({ socket: { path } });
  await client.connect();
  stack.defer(() => client.destroy());
  const moved = stack.move();
  return { client, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

function spawn(path: string, folder: string): Deno.ChildProcess | undefined {
  try {
    return new Deno.Command("redis-server", {
      args: [
        ...["--port", "0", "--unixsocket", path, "--dir", folder],
        ...["--save", "", "--appendonly", "no"],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function waitForSocket(path: string): Promise<void> {
  for (let look = 0; look < 500; look++) {
    try {
      (await Deno.connect({ transport: "unix", path })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("redis-server does not answer");
}
