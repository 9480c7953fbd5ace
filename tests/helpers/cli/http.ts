/**
 * Requests as an attacker would send them: with any header, `Host` and `Origin`
 * included, which no client of the platform lets one choose.
 *
 * @module
 */

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** What to send. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request, and reads until the server closes. */
export async function ask(
  port: number,
  path: string,
  { method = "GET", headers = {} }: Asked = {},
): Promise<Answer> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const all = {
    host: `127.0.0.1:${port}`,
    connection: "close",
    "content-length": "0",
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const text = `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(text));
  const answer = await new Response(connection.readable).text();
  return parse(answer);
}

function parse(answer: string): Answer {
  const end = answer.indexOf("\r\n\r\n");
  const [first = "", ...lines] = answer.slice(0, end).split("\r\n");
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const [, status] = first.split(" ");
  return { status: Number(status), headers, body: answer.slice(end + 4) };
}

/** The cookie that an address with a token sets. */
export async function cookieOf(url: string): Promise<string> {
  const { port, pathname, search } = new URL(url);
  const { headers } = await ask(Number(port), pathname + search);
  const [cookie = ""] = (headers.get("set-cookie") ?? "").split(";");
  return cookie;
}
