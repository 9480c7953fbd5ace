// deno run --allow-ffi examples/jobs/session_cache.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Sessions that all processes of a service know: session_cache.ts NAME set ID USER
// makes one for a second, NAME get ID tells whose it is.

import { SharedMap } from "../../store/mod.ts";

try {
  const [name = "/sessions", act = "get", id = "", user = ""] = Deno.args;
  using sessions = SharedMap.create(name, {
    budget: 2 ** 20,
    eviction: "lru",
    ifExists: "open",
  });
  if (act === "set") {
    const ttlMs = Number(Deno.args[4] ?? 60_000);
    sessions.set(id, new TextEncoder().encode(user), { ttlMs });
  } else {
    const session = sessions.get(id);
    console.log(
      session === undefined
        ? `There is no session ${id}`
        : `Session ${id} is of ${new TextDecoder().decode(session)}`,
    );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
