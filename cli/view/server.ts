/**
 * The server of the page: on 127.0.0.1 alone, for those who have the token, and without
 * a way to change anything unless it was started so.
 *
 * @module
 */

import type { CurveFiles } from "../deps.ts";
import { Audience } from "./audience.ts";
import { Guard } from "./guard.ts";
import { Pages, type Source } from "./pages.ts";

/** How to serve. */
export interface ServeOptions {
  readonly source: Source;
  /** Time between two pictures. */
  readonly intervalMs: number;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Loads what draws curves. */
  readonly loadCurves: () => Promise<CurveFiles>;
}

/** A server that runs. */
export interface PageServer extends AsyncDisposable {
  /** Where the page is, with the token. */
  readonly url: string;
}

/** Starts the server. */
export function servePage(options: ServeOptions): PageServer {
  const { source, intervalMs, port = 0, loadCurves } = options;
  const audience = new Audience(() => source.picture(), intervalMs);
  const handler = (request: Request): Promise<Response> =>
    pages.answer(request);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    handler,
  );
  // Nobody can have connected yet: this runs before the server accepts.
  const guard = new Guard(server.addr.port);
  const pages = new Pages({ guard, source, audience, loadCurves });
  return {
    url: `http://127.0.0.1:${server.addr.port}/?token=${guard.token}`,
    async [Symbol.asyncDispose]() {
      audience.close();
      await server.shutdown();
    },
  };
}
