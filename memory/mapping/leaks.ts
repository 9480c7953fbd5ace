/**
 * Reports on stderr what was collected without being closed, when asked to.
 *
 * Nothing is unmapped then: a view may live on in a buffer that was transferred
 * to another owner, and the collector does not know.
 *
 * @module
 */

/** The environment variable that asks for reports. */
const VARIABLE = "SHMEM_REPORT_LEAKS";

let enabled: boolean | undefined;
let everWatched = false;

const registry = new FinalizationRegistry((what: string) => {
  // deno-lint-ignore no-console -- this report is asked for, and stderr is its place
  console.error(
    `shmem: ${what} was collected without being closed; use \`using\`, or close it`,
  );
});

/**
 * Switches reports about leaked memory and handles on or off, for what is made
 * from now on. Each one that the garbage collector finds unclosed is reported
 * once on stderr.
 *
 * The environment variable `SHMEM_REPORT_LEAKS=1` switches them on from the
 * start, where `--allow-env` permits reading it.
 *
 * @param on Whether to report. Default: true.
 *
 * @example Look for leaks in a test run
 * ```ts
 * import { reportLeaks } from "@shmem/shmem";
 *
 * reportLeaks();
 * ```
 */
export function reportLeaks(on = true): void {
  enabled = on;
}

/**
 * Watches an object until {@linkcode unwatch}.
 *
 * @param object What may be forgotten.
 * @param what Tells what it is, for the report.
 */
export function watch(object: WeakKey, what: () => string): void {
  enabled ??= askedByEnvironment();
  if (!enabled) return;
  everWatched = true;
  registry.register(object, what(), object);
}

/** Whether what is forgotten must be found, so that nothing else may hold it. */
export function isReporting(): boolean {
  return enabled ?? false;
}

/** Stops watching an object that was closed. */
export function unwatch(object: WeakKey): void {
  if (everWatched) registry.unregister(object);
}

function askedByEnvironment(): boolean {
  const { state } = Deno.permissions.querySync({
    name: "env",
    variable: VARIABLE,
  });
  return state === "granted" && Deno.env.get(VARIABLE) === "1";
}
