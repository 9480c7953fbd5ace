import { Client } from "../../rpc/mod.ts";
import { undoLater } from "../../tools/undo.ts";
import { Peer } from "../peer.ts";
import type { Line } from "../report.ts";
import { turnsOf } from "../rounds.ts";
import { LeastClient } from "./least_calls.ts";
import { line, timesAsFast } from "./lines.ts";

const COUNT = 2000;
const CALLERS = 8;
const ROUNDS = 15;
/** The compiler is done after some 20 000 calls, where it has little room beside them. */
const WARM_UPS = 10;

/** Makes a call. */
type Call = (request: unknown) => Promise<unknown>;

/** Calls that are answered at once: JSON in both directions. */
export async function calls(): Promise<Line[]> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "shmem-bench-" });
  stack.use(undoLater(() => Deno.removeSync(folder, { recursive: true })));
  const name = `/shmem-bench-${crypto.randomUUID()}`;
  const path = `${folder}/socket`;
  const peer = Peer.startDeno("bench/peers/jobs/calls.ts", [name, path]);
  await stack.use(peer).answer();
  const client = stack.use(await Client.connect(name));
  const socket = stack.use(await SocketClient.connect(path));
  const least = stack.use(new LeastClient(name));
  const sides = [client, socket, least];
  const rounds = (callers: number) =>
    sides.map((side) => () => time(callers, (request) => side.call(request)));
  const [one = NaN, oneBySocket = NaN] = await turnsOf(
    ROUNDS,
    WARM_UPS,
    rounds(1).slice(0, 2),
  );
  const [many = NaN, manyBySocket = NaN, leastOfMany = NaN] = await turnsOf(
    ROUNDS,
    WARM_UPS,
    rounds(CALLERS),
  );
  return [
    line(
      "rpc: a call after the other, beside JSON over a Unix socket",
      one,
      oneBySocket,
      { atMost: 0.4 },
    ),
    timesAsFast("rpc: a call of eight callers", many, manyBySocket, 5),
    timesAsFast(
      "two plain channels and a map: a call of eight callers",
      leastOfMany,
      manyBySocket,
    ),
  ];
}

/** Nanoseconds that a call takes, when so many callers call. */
async function time(callers: number, call: Call): Promise<number> {
  const start = performance.now();
  await Promise.all(Array.from({ length: callers }, async (_, caller) => {
    for (let i = 0; i < COUNT / callers; i++) {
      await call({ caller, i, text: "twenty-one characters" });
    }
  }));
  return (performance.now() - start) * 1e6 / COUNT;
}

/** The same calls over a socket: one line of JSON each, answers by their numbers. */
class SocketClient implements Disposable {
  readonly #conn: Deno.Conn;
  readonly #encoder = new TextEncoder();
  readonly #waiting = new Map<number, (response: unknown) => void>();
  #last = 0;

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.#listen().catch(() => {});
  }

  static async connect(path: string): Promise<SocketClient> {
    return new SocketClient(await Deno.connect({ transport: "unix", path }));
  }

  async call(request: unknown): Promise<unknown> {
    const id = ++this.#last;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, resolve);
    const text = `${JSON.stringify({ id, request })}\n`;
    await this.#conn.write(this.#encoder.encode(text));
    return await promise;
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }

  async #listen(): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    const bytes = new Uint8Array(65_536);
    for (;;) {
      const count = await this.#conn.read(bytes);
      if (count === null) return;
      const text = decoder.decode(bytes.subarray(0, count), { stream: true });
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const each of lines) {
        const { id, response } = JSON.parse(each);
        this.#waiting.get(id)?.(response);
        this.#waiting.delete(id);
      }
    }
  }
}
