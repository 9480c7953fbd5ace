/**
 * The other side of tests of calls.
 *
 *     serve NAME           answers: a number with its double, "pid", "hang", "die",
 *         a text with a stream of its letters; says "listening"
 *     crowd NAME COUNT     the same, with so many clients of its own
 *     call NAME COUNT      calls with numbers, many at once; says how many were right
 *     hang NAME            calls "hang", says "calling", and stays
 *
 * @module
 */

// deno-lint-ignore-file no-console -- what it prints is what it answers

import { Client, Server } from "../../../../rpc/mod.ts";

const [mode = "", name = "", count = "0"] = Deno.args;

if (mode === "serve" || mode === "crowd") {
  const server = Server.listen(name, async (request, { signal }) => {
    if (typeof request === "number") return request * 2;
    if (request === "pid") return Deno.pid;
    if (request === "die") Deno.kill(Deno.pid, "SIGKILL");
    if (request === "hang") {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      console.log("aborted");
    }
    return null;
  });
  if (mode === "crowd") {
    const connect = () => Client.connect(name, { capacity: 1024 });
    await Promise.all(Array.from({ length: Number(count) }, connect));
  }
  console.log("listening");
  await new Promise((resolve) => setTimeout(resolve, 1e8));
  await server.close();
} else {
  await using client = await Client.connect(name);
  if (mode === "hang") {
    const answer = client.call("hang");
    console.log("calling");
    await answer;
  } else {
    let right = 0;
    const one = async (number: number) => {
      if (await client.call(number) === number * 2) right++;
    };
    for (let i = 0; i < Number(count); i += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, k) => one(i + k)));
    }
    console.log(`right ${right}`);
  }
}
