/**
 * The server of the picture: whom it answers, and what it sends to those that
 * look. What it shows is tested in `view_test.ts`.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "../../deps.ts";
import type { Source } from "../../cli/view/pages.ts";
import { type PageServer, servePage } from "../../cli/view/server.ts";
import { Events } from "../helpers/cli/events.ts";
import { ask, cookieOf } from "../helpers/cli/http.ts";

const INTERVAL_MS = 20;

/** Starts a server that shows a state which the test makes. */
function serve(picture: () => object, more: Partial<Source> = {}): PageServer {
  return servePage({
    source: {
      picture,
      history: () => undefined,
      detail: (address) => {
        throw new Deno.errors.NotFound(`Cannot show ${address}: it is gone`);
      },
      ...more,
    },
    intervalMs: INTERVAL_MS,
    loadCurves: () => Promise.reject(new Error("no network")),
  });
}

function portOf({ url }: PageServer): number {
  return Number(new URL(url).port);
}

Deno.test("the page is refused without the token, whatever is asked", async () => {
  await using server = serve(() => ({}));
  const port = portOf(server);
  for (const path of ["/", "/main.js", "/events", "/object?address=/a", "/x"]) {
    const { status, body } = await ask(port, path);
    assertEquals(status, 401, path);
    assertMatch(body, /token/);
  }
  const wrong = await ask(port, `/?token=${"0".repeat(64)}`);
  assertEquals(wrong.status, 401);
  const guessed = await ask(port, "/", {
    headers: { cookie: `shmem-view-${port}=${"0".repeat(64)}` },
  });
  assertEquals(guessed.status, 401);
});

Deno.test("the token becomes a cookie that scripts and other sites do not see", async () => {
  await using server = serve(() => ({}));
  const { port, pathname, search } = new URL(server.url);
  const { status, headers } = await ask(Number(port), pathname + search);
  assertEquals(status, 303);
  assertEquals(headers.get("location"), "/");
  const cookie = headers.get("set-cookie") ?? "";
  assertMatch(cookie, /; HttpOnly/);
  assertMatch(cookie, /; SameSite=Strict/);
  assert(cookie.startsWith(`shmem-view-${port}=`), cookie);
  // The cookie does not give the token away, nor the other way round.
  assert(!cookie.includes(search.slice("?token=".length)), cookie);
  const page = await ask(Number(port), "/", {
    headers: { cookie: await cookieOf(server.url) },
  });
  assertEquals(page.status, 200);
  assertMatch(page.body, /<html/);
});

Deno.test("a foreign Host, Origin or site is refused, with the cookie too", async () => {
  await using server = serve(() => ({}));
  const port = portOf(server);
  const cookie = await cookieOf(server.url);
  const statusFor = async (headers: Record<string, string>, path = "/events") =>
    (await ask(port, path, { headers: { cookie, ...headers } })).status;
  assertEquals(await statusFor({ host: "attacker.example" }), 421);
  assertEquals(await statusFor({ host: `attacker.example:${port}` }), 421);
  assertEquals(await statusFor({ host: "127.0.0.1" }), 421);
  assertEquals(await statusFor({ origin: "http://attacker.example" }), 403);
  assertEquals(await statusFor({ origin: "null" }), 403);
  assertEquals(
    await statusFor({ origin: `http://127.0.0.1:${port + 1}` }),
    403,
  );
  assertEquals(await statusFor({ origin: `https://127.0.0.1:${port}` }), 403);
  assertEquals(await statusFor({ "sec-fetch-site": "cross-site" }), 403);
  assertEquals(await statusFor({ "sec-fetch-site": "same-site" }), 403);
  // Another port of this machine is the same site to a browser.
  assertEquals(await statusFor({ "sec-fetch-site": "same-site" }, "/"), 403);
  assertEquals(await statusFor({ "sec-fetch-site": "same-origin" }, "/"), 200);
  assertEquals(await statusFor({ host: `localhost:${port}` }, "/"), 200);
});

Deno.test("every answer forbids what is not the page's own", async () => {
  await using server = serve(() => ({}));
  const port = portOf(server);
  const cookie = await cookieOf(server.url);
  for (const path of ["/", "/main.js", "/object?address=/a", "/nothing"]) {
    for (const headers of [{ cookie }, {}]) {
      const answer = await ask(port, path, { headers });
      const policy = answer.headers.get("content-security-policy") ?? "";
      assertMatch(policy, /default-src 'none'/);
      assert(!policy.includes("unsafe"), policy);
      assertMatch(policy, /frame-ancestors 'none'/);
      assertEquals(answer.headers.get("x-content-type-options"), "nosniff");
      assertEquals(answer.headers.get("cache-control"), "no-store");
    }
  }
});

Deno.test("the server serves its own files, and no others", async () => {
  await using server = serve(() => ({}));
  const port = portOf(server);
  const cookie = await cookieOf(server.url);
  const page = await ask(port, "/", { headers: { cookie } });
  // Everything that the page names, and what those modules import.
  const named = [...page.body.matchAll(/(?:src|href)="(\/[^"#]+)"/g)]
    .map(([, path = ""]) => path);
  const seen = new Set<string>();
  while (named.length > 0) {
    const path = named.pop() ?? "";
    if (seen.has(path)) continue;
    seen.add(path);
    const { status, body } = await ask(port, path, { headers: { cookie } });
    if (path.startsWith("/uplot.")) {
      // This server has no way to npm, and says so.
      assertEquals(status, 503, path);
      assertMatch(body, /no network/);
      continue;
    }
    assertEquals(status, 200, path);
    for (const [, to = ""] of body.matchAll(/from "([^"]+)"/g)) {
      named.push(new URL(to, `http://x${path}`).pathname);
    }
  }
  assert(seen.has("/drawing/curves.js") && seen.size > 10, [...seen].join());
  for (
    const path of ["/../server.ts", "/page/main.js", "/%2e%2e/server.ts", "//"]
  ) {
    const { status } = await ask(port, path, { headers: { cookie } });
    assertEquals(status, 404, path);
  }
});

Deno.test("the page changes nothing unless the server was started so", async () => {
  const removed = ["/stale"];
  await using reading = serve(() => ({}));
  const readingPort = portOf(reading);
  const refused = await ask(readingPort, "/remove-stale", {
    method: "POST",
    headers: {
      cookie: await cookieOf(reading.url),
      origin: `http://127.0.0.1:${readingPort}`,
    },
  });
  assertEquals(refused.status, 403);
  assertMatch(refused.body, /--allow-changes/);

  await using changing = serve(() => ({}), { removeStale: () => removed });
  const port = portOf(changing);
  const cookie = await cookieOf(changing.url);
  const origin = `http://127.0.0.1:${port}`;
  const post = (headers: Record<string, string>) =>
    ask(port, "/remove-stale", { method: "POST", headers });
  assertEquals((await post({ cookie })).status, 403, "without an Origin");
  assertEquals((await post({ origin })).status, 401, "without the cookie");
  assertEquals(
    (await post({ cookie, origin: "http://attacker.example" })).status,
    403,
  );
  const got = await ask(port, "/remove-stale", { headers: { cookie, origin } });
  assertEquals(got.status, 404, "by GET");
  const done = await post({ cookie, origin });
  assertEquals(done.status, 200);
  assertEquals(JSON.parse(done.body), { removed });
});

Deno.test("events tell the whole state once, and then what changed", async () => {
  let n = 0;
  const same = { deep: [1, { two: 2 }] };
  await using server = serve(() => ({
    time: ++n,
    same,
    ...(n % 2 === 0 ? { even: n } : {}),
  }));
  await using events = await Events.open(
    new URL(server.url).port,
    await cookieOf(server.url),
  );
  assertEquals(await events.next(), {
    event: "state",
    data: { time: 1, same: { deep: [1, { two: 2 }] } },
  });
  assertEquals(await events.next(), {
    event: "change",
    data: { time: 2, even: 2 },
  });
  assertEquals(await events.next(), {
    event: "change",
    data: { time: 3, even: null },
  });
});

Deno.test("nobody who looks costs nothing, and not any number may look", async () => {
  let pictures = 0;
  await using server = serve(() => ({ time: ++pictures }));
  const { port } = new URL(server.url);
  const cookie = await cookieOf(server.url);
  assertEquals(pictures, 0);
  await using open = new AsyncDisposableStack();
  let refused: Events | undefined;
  for (let i = 0; i < 100 && refused === undefined; i++) {
    const events = open.use(await Events.open(port, cookie));
    if (events.status !== 200) refused = events;
  }
  assertEquals(refused?.status, 503);
  await open.disposeAsync();
  // Gone is who has closed; the server learns it with its next answer.
  let before = -1;
  while (pictures !== before) {
    before = pictures;
    await new Promise((resolve) => setTimeout(resolve, 10 * INTERVAL_MS));
  }
  await using again = await Events.open(port, cookie);
  assertEquals(again.status, 200);
});

Deno.test("who reads slowly gets one large change instead of many", async () => {
  let n = 0;
  // More than the buffers of a connection hold, so that sending has to wait.
  const filler = () => "x".repeat(400_000) + n;
  await using server = serve(() => ({ n: ++n, filler: filler() }));
  const { port } = new URL(server.url);
  const cookie = await cookieOf(server.url);
  using slow = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  await slow.write(new TextEncoder().encode(
    `GET /events HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncookie: ${cookie}\r\n\r\n`,
  ));
  // Meanwhile many states come and go.
  await using fast = await Events.open(port, cookie);
  let seen = 0;
  while (n < 60) {
    await fast.next();
    seen++;
  }
  // What the slow one gets begins with the first, and skips most.
  const reader = slow.readable.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!/"n":[6-9]\d/.test(text)) {
    const { value, done } = await reader.read();
    assert(!done);
    text += value;
  }
  const numbers = [...text.matchAll(/"n":(\d+)/g)].map(([, each]) =>
    Number(each)
  );
  assertEquals(numbers[0], 1);
  assert(seen > 10, `the fast one saw ${seen}`);
  assert(numbers.length < 40, `the slow one got ${numbers.length}`);
  await reader.cancel();
});
