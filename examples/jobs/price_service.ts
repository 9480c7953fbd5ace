// deno run --allow-ffi examples/jobs/price_service.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Answers calls of price_client.ts with prices, until Enter is pressed.

import { Server } from "../../rpc/mod.ts";

const prices = new Map([["ACME", 100.5], ["DENO", 250.25]]);

function priceOf(symbol: unknown): { symbol: string; price: number } {
  const price = prices.get(String(symbol));
  if (price === undefined) throw new RangeError(`There is no ${symbol}`);
  return { symbol: String(symbol), price };
}

try {
  await using server = Server.listen(Deno.args[0] ?? "/price-service", priceOf);
  console.log(`Answering at ${server.name} until Enter is pressed`);
  await Deno.stdin.read(new Uint8Array(1));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
