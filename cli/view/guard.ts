/**
 * Who may talk to the server of the page. Any page that a browser on this
 * machine shows can send requests to 127.0.0.1, so three things are asked of
 * each:
 *
 * - its `Host` is ours: a name that an attacker points at 127.0.0.1 (DNS
 *   rebinding) is another one;
 * - its `Origin` is ours, when it has one, and `Sec-Fetch-Site` does not say that
 *   another site made it;
 * - it has the cookie that only the address with the token sets.
 *
 * @module
 */

import { refuse } from "./responses.ts";

/** How an address that was printed becomes a cookie, and what is let in. */
export class Guard {
  /** Part of the address that is printed: a browser that knows it is let in. */
  readonly token: string = randomText();
  readonly #session: string = randomText();
  readonly #cookie: string;
  readonly #hosts: ReadonlySet<string>;

  /**
   * Makes a token and a session.
   *
   * @param port Where the server listens: browsers do not tell the cookies of
   * two ports apart, so it is part of the cookie's name.
   */
  constructor(port: number) {
    this.#cookie = `shmem-view-${port}`;
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  }

  /**
   * Looks whether a request may be answered.
   *
   * @returns What to answer instead; nothing when it may.
   */
  refusal(request: Request): Response | undefined {
    const { headers } = request;
    const host = headers.get("host") ?? "";
    if (!this.#hosts.has(host)) {
      return refuse(421, "This server answers to 127.0.0.1 alone");
    }
    const origin = headers.get("origin");
    if (origin !== null && origin !== `http://${host}`) {
      return refuse(403, "This server answers to its own page alone");
    }
    if (isForeign(request)) {
      return refuse(403, "This server answers to its own page alone");
    }
    return undefined;
  }

  /** Whether a request comes from a browser that has shown the token. */
  isKnown(request: Request): boolean {
    const cookies = (request.headers.get("cookie") ?? "").split("; ");
    const wanted = `${this.#cookie}=${this.#session}`;
    return cookies.some((cookie) => isSame(cookie, wanted));
  }

  /** Whether this is the token. */
  isToken(token: string): boolean {
    return isSame(token, this.token);
  }

  /** Admits a browser: redirects it to the page, with a cookie. */
  welcome(): Response {
    return new Response(null, {
      status: 303,
      headers: {
        "location": "/",
        "set-cookie":
          `${this.#cookie}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`,
      },
    });
  }
}

/** Whether the browser says that another site's page sent this. */
function isForeign({ headers, method }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site === null || site === "same-origin" || site === "none") return false;
  // A link to the page: the cookie does not come along, but the token may.
  const isLink = method === "GET" &&
    headers.get("sec-fetch-mode") === "navigate" &&
    headers.get("sec-fetch-dest") === "document";
  return !isLink;
}

/** 256 random bits. */
function randomText(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}

/** Compares without telling by the time it takes how much of it was right. */
function isSame(given: string, wanted: string): boolean {
  let difference = given.length ^ wanted.length;
  for (let i = 0; i < wanted.length; i++) {
    difference |= given.charCodeAt(i) ^ wanted.charCodeAt(i);
  }
  return difference === 0;
}
