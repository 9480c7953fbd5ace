/**
 * Takes part in the stress tests of calls: `serve NAME`, or `call NAME COUNT`.
 *
 * The server answers `{ n }` with `{ n, twice }`, later for some, so that answers
 * overtake each other; throws where `fail` is set; waits for its signal where `hang`
 * is, and counts those that wait so, which `{ hanging }` asks for. `{ bytes }` is
 * answered by so many, `{ items }` by a stream. A client says "connected" first.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- what it prints is what it answers

import { Client, Server } from "../../../../rpc/mod.ts";

const [role = "", name = "", count = "0"] = Deno.args;
/** Calls that a client has under way at once. */
const AT_ONCE = 64;

interface Ask {
  readonly n?: number;
  readonly fail?: boolean;
  readonly hang?: boolean;
  readonly hanging?: boolean;
  readonly bytes?: number;
  readonly items?: number;
}

let hanging = 0;

async function hang(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  hanging++;
  signal.addEventListener("abort", () => {
    hanging--;
    reject(signal.reason);
  });
  return await promise;
}

async function later(n: number): Promise<unknown> {
  // Not in the order in which they came.
  for (let turn = 0; turn < n % 7; turn++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return { n, twice: 2 * n };
}

async function* items(length: number): AsyncGenerator<number> {
  for (let i = 0; i < length; i++) {
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    yield i;
  }
}

async function serve(): Promise<void> {
  const handler = (
    { n = 0, fail, hang: hangs, ...ask }: Ask,
    signal: () => AbortSignal,
  ): unknown => {
    if (hangs) return hang(signal());
    if (ask.hanging) return hanging;
    if (ask.bytes !== undefined) return "x".repeat(ask.bytes);
    if (ask.items !== undefined) return items(ask.items);
    if (fail) throw new RangeError(`no ${n}`);
    return n % 5 === 0 ? later(n) : { n, twice: 2 * n };
  };
  await using server = Server.listen(
    name,
    (request, context) => handler(request as Ask, () => context.signal),
  );
  console.log("listening");
  await server.finished;
}

/** Calls so many times, and prints how often each outcome came. */
async function call(): Promise<void> {
  await using client = await Client.connect(name, { timeoutMs: 20_000 });
  console.log("connected");
  const outcomes = { right: 0, thrown: 0, late: 0, cancelled: 0 };
  let next = 0;
  const one = async (n: number): Promise<void> => {
    if (n % 100 === 1) {
      try {
        await client.call({ n, fail: true });
      } catch (error) {
        const isIt = error instanceof RangeError && error.message === `no ${n}`;
        if (!isIt) throw error;
        outcomes.thrown++;
      }
    } else if (n % 100 === 2) {
      try {
        await client.call({ n, hang: true }, { timeoutMs: 1 });
      } catch (error) {
        if (!(error instanceof Deno.errors.TimedOut)) throw error;
        outcomes.late++;
      }
    } else if (n % 100 === 3) {
      const cancel = new AbortController();
      const reason = new Error("not any more");
      const answer = client.call({ n, hang: true }, { signal: cancel.signal });
      setImmediate(() => cancel.abort(reason));
      try {
        await answer;
      } catch (error) {
        if (error !== reason) throw error;
        outcomes.cancelled++;
      }
    } else {
      const answer = await client.call({ n }) as Record<string, unknown>;
      if (answer.n !== n || answer.twice !== 2 * n) {
        throw new Error(`The answer to ${n} is ${JSON.stringify(answer)}`);
      }
      outcomes.right++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < Number(count)) await one(next++);
  }));
  console.log(JSON.stringify(outcomes));
}

if (role === "serve") await serve();
else await call();
