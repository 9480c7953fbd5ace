// deno run --allow-ffi examples/jobs/live_config.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// The configuration of a service, which every process of it follows. With JSON
// behind the name it changes it: live_config.ts /config '{"limit":10}'

import { Latest } from "../../store/mod.ts";

const decoder = new TextDecoder();

async function follow(config: Latest): Promise<void> {
  for await (const { bytes } of config) {
    const { limit, stop } = JSON.parse(decoder.decode(bytes));
    console.log(`The limit is ${limit}`);
    if (stop) break;
  }
}

try {
  const [name = "/config", json] = Deno.args;
  using config = Latest.create(name, { byteLength: 65536, ifExists: "open" });
  if (json === undefined) await follow(config);
  else config.write(new TextEncoder().encode(JSON.stringify(JSON.parse(json))));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
