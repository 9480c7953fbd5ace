/**
 * One media driver for all tests of a file, and clients of it.
 *
 * @module
 */

import {
  Aeron,
  type AeronOptions,
  type ExclusivePublication,
  type Publication,
  type Subscription,
} from "../../../aeron/mod.ts";
import {
  startDriver,
  type TestDriver,
  type TestDriverOptions,
} from "./aeron_driver.ts";
import { has } from "../needs.ts";

/** A driver that runs while the tests of a file do. */
export interface FileDriver {
  /** Where its clients find it. */
  readonly directory: string;
  /** Connects to it. Errors that belong to no call fail the test. */
  connect(options?: AeronOptions): Promise<Aeron>;
}

/** Starts a driver before the tests of the file that calls this, and ends it after. */
export function driverOfFile(options?: TestDriverOptions): FileDriver {
  let driver: TestDriver | undefined;
  Deno.test.beforeAll(async () => {
    if (has("aeron driver")) driver = await startDriver(options);
  });
  Deno.test.afterAll(async () => {
    await driver?.[Symbol.asyncDispose]();
  });
  const running = () => {
    if (driver === undefined) throw new Error("The driver is not there yet");
    return driver.directory;
  };
  return {
    get directory() {
      return running();
    },
    connect: (options) =>
      Aeron.connect({
        directory: running(),
        onError: (error) => reportError(error),
        ...options,
      }),
  };
}

/** Within this machine. */
export const IPC = "aeron:ipc";

/** The two kinds of publications. */
type Kind = "shared" | "exclusive";

/** A stream of its own within this machine, from one client to itself. */
export interface OpenStream extends Disposable {
  readonly subscription: Subscription;
  readonly publication: Publication | ExclusivePublication;
}

/** Connects, and opens a stream in which publication and subscription have met. */
export async function openStream(
  driver: FileDriver,
  kind: Kind,
): Promise<OpenStream> {
  using undo = new DisposableStack();
  const aeron = undo.use(await driver.connect());
  const stream = freshStream();
  const subscription = undo.use(await aeron.addSubscription(IPC, stream));
  const publication = undo.use(await addPublicationOf(kind, aeron, stream));
  await until("the subscriber", () => publication.isConnected);
  const owned = undo.move();
  return {
    subscription,
    publication,
    [Symbol.dispose]: () => owned.dispose(),
  };
}

/** Adds a publication of one of the two kinds, within this machine. */
export async function addPublicationOf(
  kind: Kind,
  aeron: Aeron,
  stream: number,
): Promise<Publication | ExclusivePublication> {
  return kind === "shared"
    ? await aeron.addPublication(IPC, stream)
    : await aeron.addExclusivePublication(IPC, stream);
}

/** Streams of one driver: every test has its own. */
let lastStream = 1000;

/** A stream id that no other test of the file has. */
export function freshStream(): number {
  return ++lastStream;
}

/** Calls until something is there, for a generous while. */
export async function until<Value>(
  what: string,
  look: () => Value | undefined | false,
  timeoutMs = 30_000,
): Promise<Value> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = look();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`${what} never came`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** A message whose content says which one it is. */
export function numbered(
  index: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (index * 31 + i * 7) & 0xff;
  return bytes;
}
