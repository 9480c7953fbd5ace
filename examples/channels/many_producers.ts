// deno run --allow-ffi --allow-read --allow-run examples/channels/many_producers.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Three processes find the prime numbers below 30,000, each in a third of them,
// and send them through one channel. One is killed on the way: what it had sent
// arrives, its death is told, and the others go on.

import { Receiver, Sender } from "../../channel/mod.ts";

const [WORKERS, LIMIT] = [3, 30_000];
const [PRIME, STUCK, DONE] = [1, 2, 3];

async function work(name: string, number: number): Promise<void> {
  using sender = Sender.open(name);
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
  await sender.send(new Uint8Array(), { typeId: DONE });
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
  // One may be done before the next has come, which is not the end of all.
  using receiver = Receiver.create(name, { producers: "many", keepOpen: true });
  using cleanup = new DisposableStack();
  cleanup.defer(() => receiver.unlink());
  const start = (number: number) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-ffi", import.meta.url, name, String(number)],
    }).spawn();
  const workers = Array.from({ length: WORKERS }, (_, number) => start(number));

  const primes = new Set<number>();
  let working = WORKERS;
  while (working > 0) {
    try {
      const message = await receiver.receive();
      if (message?.typeId === PRIME) primes.add(numberIn(message.bytes));
      else if (message?.typeId === STUCK) workers[0]?.kill("SIGKILL");
      else working--;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      console.log("One of the workers died");
      working--;
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
