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

// The files one by one: every test file loads them, and needs no others.
import { assert as isTrue } from "npm:deno-std@1.4.0/assert/assert.js";
import { assertEquals as equals } from "npm:deno-std@1.4.0/assert/equals.js";
import { assertMatch as matches } from "npm:deno-std@1.4.0/assert/match.js";
import { assertNotEquals as differs } from "npm:deno-std@1.4.0/assert/not_equals.js";
import { assertRejects as rejects } from "npm:deno-std@1.4.0/assert/rejects.js";
import { assertStringIncludes as includes } from "npm:deno-std@1.4.0/assert/string_includes.js";
import { assertThrows as throws } from "npm:deno-std@1.4.0/assert/throws.js";

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- any constructor will do
type ErrorClass<E extends Error> = new (...args: any[]) => E;

export const assert: (
  condition: unknown,
  message?: string,
) => asserts condition = isTrue;
export const assertEquals: <T>(
  actual: T,
  expected: T,
  message?: string,
) => void = equals;
export const assertNotEquals: <T>(
  actual: T,
  expected: T,
  message?: string,
) => void = differs;
export const assertMatch: (
  actual: string,
  expected: RegExp,
  message?: string,
) => void = matches;
export const assertStringIncludes: (
  actual: string,
  expected: string,
  message?: string,
) => void = includes;
export const assertThrows: <E extends Error = Error>(
  call: () => unknown,
  ErrorClass?: ErrorClass<E>,
  messageIncludes?: string,
) => E = throws;
export const assertRejects: <E extends Error = Error>(
  call: () => PromiseLike<unknown>,
  ErrorClass?: ErrorClass<E>,
  messageIncludes?: string,
) => Promise<E> = rejects;

import { basename as base } from "npm:deno-std@1.4.0/path/posix/basename.js";
import { dirname as folder } from "npm:deno-std@1.4.0/path/posix/dirname.js";
import { fromFileUrl as toPath } from "npm:deno-std@1.4.0/path/posix/from_file_url.js";
import { join as joined } from "npm:deno-std@1.4.0/path/posix/join.js";
import { relative as way } from "npm:deno-std@1.4.0/path/posix/relative.js";
import { resolve as resolved } from "npm:deno-std@1.4.0/path/posix/resolve.js";
import { toFileUrl as toUrl } from "npm:deno-std@1.4.0/path/posix/to_file_url.js";

/** Joins parts of a path. */
export const join: (...parts: string[]) => string = joined;
/** The last part of a path, without an ending. */
export const basename: (path: string, suffix?: string) => string = base;
/** The folder of a path. */
export const dirname: (path: string) => string = folder;
/** The plain path of a file URL. */
export const fromFileUrl: (url: string | URL) => string = toPath;
/** The file URL of a plain path. */
export const toFileUrl: (path: string) => URL = toUrl;
/** A path from the root, relative to the current folder unless it is one. */
export const resolve: (...parts: string[]) => string = resolved;
/** The way from one path to another. */
export const relative: (from: string, to: string) => string = way;

import * as bytes from "npm:deno-std@1.4.0/fmt/bytes.js";

/** Shows a number of bytes for people: "95.6 MB". */
export const formatBytes: (byteLength: number) => string = bytes.format;

// What is large is loaded by the few that need it.

/** Loads tables for a terminal. */
export const loadTable = async () =>
  (await import("npm:cli-table3@0.6.5")).default;

/** Makes random values of a type. */
export type { Arbitrary } from "npm:fast-check@4.10.2";

/** Loads properties that hold for random values. */
export const loadFastCheck = () => import("npm:fast-check@4.10.2");

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

/** A type of Arrow's columns. */
export interface ArrowType {
  toString(): string;
}

/** A column of Arrow. */
export interface ArrowVector extends Iterable<unknown> {
  readonly length: number;
  readonly type: ArrowType;
  get(index: number): unknown;
}

/** A table of Arrow. */
export interface ArrowTable {
  readonly numRows: number;
  readonly numCols: number;
  getChild(name: string): ArrowVector | null;
}

/** Makes a type of Arrow without parts. */
type SimpleArrowType = new () => ArrowType;

/** What the tools use of Arrow's library. */
export interface Arrow {
  readonly Uint8: SimpleArrowType;
  readonly Uint16: SimpleArrowType;
  readonly Uint32: SimpleArrowType;
  readonly Uint64: SimpleArrowType;
  readonly Int8: SimpleArrowType;
  readonly Int16: SimpleArrowType;
  readonly Int32: SimpleArrowType;
  readonly Int64: SimpleArrowType;
  readonly Float32: SimpleArrowType;
  readonly Float64: SimpleArrowType;
  readonly Bool: SimpleArrowType;
  readonly Utf8: SimpleArrowType;
  readonly FixedSizeBinary: new (byteWidth: number) => ArrowType;
  readonly FixedSizeList: new (length: number, item: object) => ArrowType;
  readonly Struct: new (fields: readonly object[]) => ArrowType;
  readonly Dictionary: new (names: ArrowType, numbers: ArrowType) => ArrowType;
  readonly Field: new (
    name: string,
    type: ArrowType,
    nullable: boolean,
  ) => object;
  readonly Table: new (
    columns: Readonly<Record<string, ArrowVector>>,
  ) => ArrowTable;
  vectorFromArray(values: readonly unknown[], type: ArrowType): ArrowVector;
  tableToIPC(table: ArrowTable, format: "stream" | "file"): Uint8Array;
  tableFromIPC(bytes: Uint8Array): ArrowTable;
}

// As for the charts.
const ARROW = "npm:apache-arrow@21.2.0";

/** Loads Arrow's library. */
export const loadArrow = (): Promise<Arrow> => import(ARROW);
