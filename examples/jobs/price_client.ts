// deno run --allow-ffi examples/jobs/price_client.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Asks price_service.ts for prices, all at once: price_client.ts NAME SYMBOL...

import { Client } from "../../rpc/mod.ts";

async function ask(client: Client, symbol: string): Promise<string> {
  try {
    const answer = await client.call(symbol, { timeoutMs: 30_000 });
    return JSON.stringify(answer);
  } catch (error) {
    return error instanceof RangeError ? error.message : Promise.reject(error);
  }
}

try {
  const [name = "/price-service", ...symbols] = Deno.args;
  await using client = await Client.connect(name, { timeoutMs: 30_000 });
  const lines = await Promise.all(symbols.map((each) => ask(client, each)));
  for (const line of lines) console.log(line);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
