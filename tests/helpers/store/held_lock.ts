/**
 * Another process that stands in the middle of a change: it has the lock of an
 * object until it is told to go on.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { HEADER_LENGTH } from "../../../store/object/header.ts";
import { Mutex } from "../../../sync/mod.ts";
import { denoRun, projectPath } from "../deno.ts";
import { Peer } from "../peers/peer.ts";

/** Where queues, maps and broadcast channels have the lock of their changes. */
const MUTEX = HEADER_LENGTH + 64;

/** Another process with a lock. */
export interface HeldLock extends AsyncDisposable {
  /** Lets it go on: the lock is free afterwards. */
  release(): Promise<void>;
}

/** Lets another process take the lock of an object in a file. */
export async function holdLock(path: string): Promise<HeldLock> {
  const script = projectPath("tests/peers/deno/locks/lock_peer.ts");
  const peer = Peer.start(denoRun(script, { args: [path] }));
  try {
    assertEquals(await peer.ask("lock", MUTEX), "clean");
  } catch (error) {
    await peer[Symbol.asyncDispose]();
    throw error;
  }
  return {
    release: async () => assertEquals(await peer.ask("unlock", MUTEX), ""),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

/** Until it is disposed of, what blocks for a lock gives up soon. */
export function impatient(): Disposable {
  const { lock } = Mutex.prototype;
  Mutex.prototype.lock = function (options) {
    return lock.call(this, { ...options, timeoutMs: 20 });
  };
  return { [Symbol.dispose]: () => Object.assign(Mutex.prototype, { lock }) };
}
