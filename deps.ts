/**
 * Every third-party import of this project, for tests, examples, tools and
 * benchmarks; what the command loads when it runs is in `cli/deps.ts`. The module itself (`mod.ts` and what it imports) has none.
 *
 * These builds of the standard library come from npm, which reaches further
 * than their home, JSR; they have no types of their own, hence the ones here.
 *
 * @module
 */

// deno-lint-ignore-file no-import-prefix -- this file is where specifiers belong

import * as assertions from "npm:deno-std@1.4.0/assert/mod.js";

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- any constructor will do
type ErrorClass<E extends Error> = new (...args: any[]) => E;

export const assert: (
  condition: unknown,
  message?: string,
) => asserts condition = assertions.assert;
export const assertEquals: <T>(
  actual: T,
  expected: T,
  message?: string,
) => void = assertions.assertEquals;
export const assertNotEquals: <T>(
  actual: T,
  expected: T,
  message?: string,
) => void = assertions.assertNotEquals;
export const assertMatch: (
  actual: string,
  expected: RegExp,
  message?: string,
) => void = assertions.assertMatch;
export const assertStringIncludes: (
  actual: string,
  expected: string,
  message?: string,
) => void = assertions.assertStringIncludes;
export const assertThrows: <E extends Error = Error>(
  call: () => unknown,
  ErrorClass?: ErrorClass<E>,
  messageIncludes?: string,
) => E = assertions.assertThrows;
export const assertRejects: <E extends Error = Error>(
  call: () => PromiseLike<unknown>,
  ErrorClass?: ErrorClass<E>,
  messageIncludes?: string,
) => Promise<E> = assertions.assertRejects;

import * as paths from "npm:deno-std@1.4.0/path/mod.js";

/** Joins parts of a path. */
export const join: (...parts: string[]) => string = paths.join;
/** The last part of a path, without an ending. */
export const basename: (path: string, suffix?: string) => string =
  paths.basename;
/** The folder of a path. */
export const dirname: (path: string) => string = paths.dirname;
/** The plain path of a file URL. */
export const fromFileUrl: (url: string | URL) => string = paths.fromFileUrl;
/** The file URL of a plain path. */
export const toFileUrl: (path: string) => URL = paths.toFileUrl;
/** A path from the root, relative to the current folder unless it is one. */
export const resolve: (...parts: string[]) => string = paths.resolve;
/** The way from one path to another. */
export const relative: (from: string, to: string) => string = paths.relative;

import * as bytes from "npm:deno-std@1.4.0/fmt/bytes.js";

/** Shows a number of bytes for people: "95.6 MB". */
export const formatBytes: (byteLength: number) => string = bytes.format;

/** Tables for a terminal. */
export { default as Table } from "npm:cli-table3@0.6.5";

/** Properties that hold for random values. */
export * as fc from "npm:fast-check@4.10.2";

/** A chart that is being drawn. */
export interface EChart {
  setOption(option: Record<string, unknown>): void;
  renderToSVGString(): string;
  dispose(): void;
}

/** What this project uses of a chart library that needs no browser. */
export interface ECharts {
  init(
    element: null,
    theme: null,
    options: {
      readonly renderer: "svg";
      readonly ssr: true;
      readonly width: number;
      readonly height: number;
    },
  ): EChart;
}

// No literal in the import(): it is large, and only who draws needs it.
const ECHARTS = "npm:echarts@6.1.0";

/** Loads the chart library. */
export const loadCharts = (): Promise<ECharts> => import(ECHARTS);

/** Types of the compiler, which {@linkcode loadCompiler} loads. */
export type { default as ts } from "npm:typescript@5.9.3";

/** Loads the compiler, to change programs before they run: for the proofs alone. */
export const loadCompiler = async () =>
  (await import("npm:typescript@5.9.3")).default;

/** What tests use of a browser's page; see Playwright's `Page`. */
export interface BrowserPage {
  goto(url: string): Promise<unknown>;
  /** Runs an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  emulateMedia(media: { colorScheme: "light" | "dark" }): Promise<void>;
  on(event: "pageerror", listener: (error: Error) => void): void;
  on(
    event: "console",
    listener: (message: { type(): string; text(): string }) => void,
  ): void;
  on(event: "request", listener: (request: { url(): string }) => void): void;
  on(
    event: "dialog",
    listener: (dialog: { accept(): Promise<void> }) => void,
  ): void;
  readonly keyboard: { press(key: string): Promise<void> };
}

/** What tests use of a browser; see Playwright's `Browser`. */
export interface Browser {
  newPage(options?: {
    viewport?: { width: number; height: number };
    colorScheme?: "light" | "dark";
  }): Promise<BrowserPage>;
  close(): Promise<void>;
}

/** Starts browsers; see Playwright's `chromium`. */
interface BrowserType {
  launch(options: {
    executablePath: string;
    args?: readonly string[];
  }): Promise<Browser>;
}

// As for the charts: only the tests that need a browser load it.
const PLAYWRIGHT = "npm:playwright-core@1.65.1";

/** Loads what drives a Chromium that is installed. */
export const loadChromium = async (): Promise<BrowserType> =>
  (await import(PLAYWRIGHT)).default.chromium;

/** A message, as the reader of the makers of MCAP finds it. */
export interface McapMessage {
  readonly channelId: number;
  readonly logTime: bigint;
  readonly data: Uint8Array;
}

/** What tests use of the library of the makers of MCAP. */
export interface McapReader {
  readonly channelsById: ReadonlyMap<
    number,
    { readonly topic: string; readonly messageEncoding: string }
  >;
  readonly statistics?:
    | { readonly messageCount: bigint; readonly channelCount: number }
    | undefined;
  readMessages(): AsyncIterable<McapMessage>;
}

/** Loads the library of the makers of MCAP, which reads a file by its indexes. */
export const openMcap = async (readable: {
  size(): Promise<bigint>;
  read(offset: bigint, size: bigint): Promise<Uint8Array>;
}): Promise<McapReader> => {
  const { McapIndexedReader } = await import("npm:@mcap/core@2.2.2");
  return await McapIndexedReader.Initialize({ readable });
};

/** What the benchmarks use of a client of Redis. */
export interface RedisClient {
  connect(): Promise<unknown>;
  destroy(): void;
  set(key: string, value: string): Promise<unknown>;
  get(key: string): Promise<unknown>;
  lPush(key: string, value: string): Promise<number>;
  blMove(
    source: string,
    target: string,
    from: "LEFT" | "RIGHT",
    to: "LEFT" | "RIGHT",
    timeoutSeconds: number,
  ): Promise<string | null>;
  lRem(key: string, count: number, value: string): Promise<number>;
}

// No literal in the import(): only a benchmark needs it.
const REDIS = "npm:redis@6.3.1";

/** Loads the client of Redis. */
export const loadRedis = (): Promise<{
  createClient(options: {
    readonly socket: { readonly path: string };
  }): RedisClient;
}> => import(REDIS);
