// deno run --allow-ffi --allow-read --allow-run examples/channels/many_producers.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Three processes find the prime numbers below 30,000, each in a third of them,
// and send them through one channel. One is killed on the way: what it had sent
// arrives, its death is told, and the others go on.

import { type Message, Receiver, Sender } from "../../channel/mod.ts";

const [WORKERS, LIMIT] = [3, 30_000];
const [HERE, PRIME, STUCK] = [1, 2, 3];

async function work(name: string, number: number): Promise<void> {
  using sender = Sender.open(name);
  await sender.send(new Uint8Array(), { typeId: HERE });
  const found = new Uint32Array(1);
  const bytes = new Uint8Array(found.buffer);
  const [from, to] = [number * LIMIT, (number + 1) * LIMIT]
    .map((limit) => limit / WORKERS);
  for (let candidate = from ?? 0; candidate < (to ?? 0); candidate++) {
    if (number === 0 && candidate === 5000) {
      await sender.send(new Uint8Array(), { typeId: STUCK });
      await new Promise(() => setInterval(() => {}, 1000));
    }
    if (!isPrime(candidate)) continue;
    found[0] = candidate;
    await sender.send(bytes, { typeId: PRIME });
  }
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor ** 2 <= number; divisor++) {
    if (number % divisor === 0) return false;
  }
  return number > 1;
}

function numberIn({ buffer, byteOffset }: Uint8Array): number {
  return new DataView(buffer, byteOffset).getUint32(0, true);
}

async function collect(): Promise<void> {
  const name = `/primes-${crypto.randomUUID()}`;
  using receiver = Receiver.create(name, { producers: "many" });
  using cleanup = new DisposableStack();
  cleanup.defer(() => receiver.unlink());
  const start = (number: number) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-ffi", import.meta.url, name, String(number)],
    }).spawn();
  const workers = Array.from({ length: WORKERS }, (_, number) => start(number));

  const primes = new Set<number>();
  const signs = { here: 0, stuck: 0 };
  const note = ({ typeId, bytes }: Message) => {
    if (typeId === HERE) signs.here++;
    else if (typeId === STUCK) signs.stuck++;
    else primes.add(numberIn(bytes));
    // When all have come: the channel ends when those that came have ended.
    if (typeId !== PRIME && signs.here === WORKERS && signs.stuck === 1) {
      workers[0]?.kill("SIGKILL");
    }
  };
  // Until the death, and then until the others have ended.
  for (let round = 0; round < 2; round++) {
    try {
      for await (const message of receiver) note(message);
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      console.log("One of the workers died");
    }
  }
  for (const worker of workers) await worker.status;
  const below = (limit: number) => [...primes].filter((prime) => prime < limit);
  console.log(`${below(5000).length} primes below 5000`);
  console.log(`${primes.size - below(10_000).length} from 10000 to 29999`);
}

try {
  const [name, number] = Deno.args;
  if (name === undefined) await collect();
  else await work(name, Number(number));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
