/**
 * Every third-party import of this project, for tests, examples, tools and
 * benchmarks. The module itself (`mod.ts` and what it imports) has none.
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
