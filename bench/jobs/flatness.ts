import { Client, Server } from "../../rpc/mod.ts";
import { SharedMap, WorkQueue } from "../../store/mod.ts";
import type { Line } from "../report.ts";
import { turnsOf } from "../rounds.ts";
import { LeastClient, LeastServer } from "./least_calls.ts";
import { line, middle } from "./lines.ts";

const SIZES = [10, 100, 1000] as const;
const COUNT = 2000;
const ROUNDS = 3;
const CALL_ROUNDS = 11;
/** By then each of a thousand clients has called, and the compiler has done most. */
const WARM_UPS = 8;
/** Beyond what is copied, and what no cache holds any more. */
const FLAT = { atMost: 2 };

/** What an operation costs when there are many clients, keys or queues. */
export async function flatness(): Promise<Line[]> {
  return [
    ...await compare("SharedMap: get, of N keys", SIZES, keys),
    ...await compare(
      "WorkQueue: put, take and done, of N queues",
      SIZES,
      queues,
    ),
    ...await compareClients("rpc", SIZES, openClients, { goal: FLAT }),
    ...await compareClients(
      "two plain channels and a map",
      SIZES.slice(-1),
      openLeast,
      {},
    ),
  ];
}

async function compare(
  what: string,
  sizes: readonly number[],
  measure: (size: number) => Promise<number>,
): Promise<Line[]> {
  const one = await measure(1);
  const lines: Line[] = [];
  for (const size of sizes) {
    const time = await measure(size);
    lines.push(line(`${what}: ${size} beside 1`, time, one, FLAT));
  }
  return lines;
}

function newName(): string {
  return `/shmem-bench-${crypto.randomUUID()}`;
}

async function keys(size: number): Promise<number> {
  using cleanup = new DisposableStack();
  const map = cleanup.use(SharedMap.create(newName(), { budget: 2 ** 20 }));
  cleanup.defer(() => map.unlink());
  const names = Array.from({ length: size }, (_, i) => `key:${i}`);
  for (const name of names) map.set(name, new Uint8Array(64));
  return await middle(ROUNDS, 10 * COUNT, async () => {
    for (let i = 0; i < 10 * COUNT; i++) map.get(names[i % size] ?? "");
    await undefined;
  });
}

async function queues(size: number): Promise<number> {
  using cleanup = new DisposableStack();
  const value = new Uint8Array(64);
  const all = Array.from({ length: size }, () => {
    const queue = cleanup.use(
      WorkQueue.create(newName(), { jobs: 10, byteLength: 64 }),
    );
    cleanup.defer(() => queue.unlink());
    return queue;
  });
  return await middle(ROUNDS, COUNT, async () => {
    for (let i = 0; i < COUNT; i++) {
      const queue = all[i % size];
      await queue?.put(value);
      const job = await queue?.take();
      job?.done();
    }
  });
}

/** What clients of both sorts do. */
interface Callable {
  call(request: unknown): Promise<unknown>;
}

/** Makes clients, and what answers them. */
type OpenClients = (
  size: number,
  cleanup: AsyncDisposableStack,
) => Promise<readonly Callable[]> | readonly Callable[];

/** Many clients and one take turns, each client of the many after the other. */
async function compareClients(
  what: string,
  sizes: readonly number[],
  open: OpenClients,
  goal: Pick<Line, "goal">,
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const size of sizes) {
    await using cleanup = new AsyncDisposableStack();
    const sides = [await open(size, cleanup), await open(1, cleanup)];
    const [many = NaN, one = NaN] = await turnsOf(
      CALL_ROUNDS,
      WARM_UPS,
      sides.map(callInTurn),
    );
    lines.push({
      ...line(`${what}: a call, of N clients: ${size} beside 1`, many, one),
      ...goal,
    });
  }
  return lines;
}

/** Clients and server in one process: what is counted is what each more of them costs. */
async function openClients(
  size: number,
  cleanup: AsyncDisposableStack,
): Promise<readonly Callable[]> {
  const name = newName();
  cleanup.use(Server.listen(name, (request) => request));
  const all: Client[] = [];
  for (let i = 0; i < size; i++) {
    all.push(cleanup.use(await Client.connect(name, { capacity: 4096 })));
  }
  return all;
}

/** The same with nothing that is not needed for it: what sleep and memory cost. */
function openLeast(
  size: number,
  cleanup: AsyncDisposableStack,
): readonly Callable[] {
  return Array.from({ length: size }, () => {
    const name = newName();
    cleanup.use(new LeastServer(name, 4096, (request) => request));
    return cleanup.use(new LeastClient(name));
  });
}

/** Makes a round of calls: nanoseconds that one takes. */
function callInTurn(clients: readonly Callable[]): () => Promise<number> {
  let next = 0;
  return async () => {
    const start = performance.now();
    for (let i = 0; i < COUNT / 4; i++) {
      await clients[next++ % clients.length]?.call(i);
    }
    return (performance.now() - start) * 1e6 / (COUNT / 4);
  };
}
