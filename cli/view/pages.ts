/**
 * What each address of the server answers.
 *
 * @module
 */

import type { CurveFiles } from "../deps.ts";
import type { Audience } from "./audience.ts";
import type { Guard } from "./guard.ts";
import { curveFile, pageFile } from "./page_files.ts";
import { answer, answerJson, refuse, secured } from "./responses.ts";

/** What the page shows. */
export interface Source {
  /** Everything, as of now. */
  picture(): object;
  /** The last minutes of a channel; nothing when nothing is known of one. */
  history(address: string): object | undefined;
  /**
   * All that is known of an object.
   *
   * @throws {Deno.errors.NotFound} When there is none.
   */
  detail(address: string): object;
  /** Removes what nobody has, and returns what it was. Absent: it must not. */
  readonly removeStale?: (() => string[]) | undefined;
}

/** What answers are made from. */
export interface PagesOptions {
  readonly guard: Guard;
  readonly source: Source;
  readonly audience: Audience;
  readonly loadCurves: () => Promise<CurveFiles>;
}

/** Answers requests. */
export class Pages {
  readonly #guard: Guard;
  readonly #source: Source;
  readonly #audience: Audience;
  readonly #loadCurves: () => Promise<CurveFiles>;

  constructor({ guard, source, audience, loadCurves }: PagesOptions) {
    this.#guard = guard;
    this.#source = source;
    this.#audience = audience;
    this.#loadCurves = loadCurves;
  }

  /** Answers one. */
  async answer(request: Request): Promise<Response> {
    try {
      return secured(await this.#answer(request));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const status = error instanceof Deno.errors.NotFound ? 404 : 500;
      return secured(refuse(status, reason));
    }
  }

  async #answer(request: Request): Promise<Response> {
    const guard = this.#guard;
    const refusal = guard.refusal(request);
    if (refusal !== undefined) return refusal;
    const { pathname, searchParams } = new URL(request.url);
    const token = searchParams.get("token");
    if (token !== null && pathname === "/" && guard.isToken(token)) {
      return guard.welcome();
    }
    if (!guard.isKnown(request)) {
      return refuse(
        401,
        "Open the address that `shmem view` printed: it has a token",
      );
    }
    if (request.method === "POST") return this.#change(request, pathname);
    if (request.method !== "GET") return refuse(405, "Only GET and POST");
    return await this.#show(pathname, searchParams);
  }

  async #show(path: string, parameters: URLSearchParams): Promise<Response> {
    const address = parameters.get("address") ?? "";
    switch (path) {
      case "/events":
        return this.#events();
      case "/object":
        return answerJson(this.#source.detail(address));
      case "/history":
        return answerJson(this.#source.history(address) ?? {});
      default:
        return await pageFile(path) ??
          await curveFile(path, this.#loadCurves) ??
          refuse(404, "There is no such page");
    }
  }

  #events(): Response {
    const stream = this.#audience.join();
    return stream === undefined
      ? refuse(503, "Too many pages look already; close one")
      : answer(stream.body, "text/event-stream");
  }

  #change(request: Request, path: string): Response {
    // Browsers send it with every POST.
    if (request.headers.get("origin") === null) {
      return refuse(403, "A change must come from the page");
    }
    if (path !== "/remove-stale") return refuse(404, "There is no such change");
    const { removeStale } = this.#source;
    if (removeStale === undefined) {
      return refuse(
        403,
        "This page only shows; start `shmem view --allow-changes` to change things",
      );
    }
    const removed = removeStale();
    this.#audience.refresh();
    return answerJson({ removed });
  }
}
