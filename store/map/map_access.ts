import { errnoNumber } from "../../ffi/errors/errno.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import { requireStack } from "../../memory/checks/stack_room.ts";
import type { Mutex } from "../../sync/locks/mutex/mutex.ts";
import type { MutexGuard } from "../../sync/locks/mutex/mutex_guard.ts";
import { lockObject, objectMutex } from "../object/object_mutex.ts";
import { Inconsistent, useRepaired } from "../object/repair.ts";
import type { StoreObject } from "../object/store_object.ts";
import { KEY_MUTEX_COUNT, KEY_MUTEXES, MUTEX } from "./map_layout.ts";
import type { MapTable } from "./map_table.ts";

/** How long a change waits for a process that was stopped in the middle of one. */
const PATIENCE_MS = 10_000;
/** How often a reader looks before it takes the lock. */
const TRIES = 50;

/**
 * How a map's table is used: read without a lock, changed with one, and one key
 * changed by one process at a time.
 */
export class MapAccess {
  readonly #object: StoreObject<"read-write">;
  readonly #table: MapTable;
  readonly #mutex: Mutex;
  readonly #keyMutexes: (Mutex | undefined)[] = [];

  /** Opens the locks of a map. */
  constructor(object: StoreObject<"read-write">, table: MapTable) {
    this.#object = object;
    this.#table = table;
    this.#mutex = objectMutex(object, MUTEX);
  }

  /** Reads without a lock; with one when changes do not leave it in peace. */
  read<Result>(bucket: number, read: () => Result): Result {
    this.#object.requireOpen("read");
    for (let tries = TRIES; tries > 0; tries--) {
      const version = this.#table.version(bucket);
      if ((version & 1) !== 0) continue;
      try {
        const result = read();
        if (this.#table.isStill(bucket, version)) return result;
      } catch (error) {
        // What was being changed may lead anywhere.
        if (!(error instanceof Inconsistent)) throw error;
      }
    }
    return this.change(read);
  }

  /** Does something while no other process changes the map. */
  change<Result>(change: () => Result): Result {
    this.#object.requireOpen("change");
    requireStack("change");
    const guard = this.#mutex.tryLock() ??
      lockObject(this.#object.what, this.#mutex, PATIENCE_MS);
    // Not `using`, which takes longer than the lock itself.
    try {
      if (guard.ownerDied) this.#table.rebuild();
      return useRepaired(this.#object.what, this.#table, change);
    } finally {
      guard.unlock();
    }
  }

  /** Takes the lock that a key shares with others of its sort. */
  lockKey(hash: number, timeoutMs: number = PATIENCE_MS): MutexGuard {
    this.#object.requireOpen("change");
    requireStack("change");
    // Other bits than those of the bucket.
    const which = (hash >>> 24) % KEY_MUTEX_COUNT;
    const mutex = this.#keyMutexes[which] ??= objectMutex(
      this.#object,
      KEY_MUTEXES + 64 * which,
    );
    try {
      return mutex.tryLock() ??
        lockObject(this.#object.what, mutex, timeoutMs);
    } catch (error) {
      throw hasCode(error, "EDEADLK") ? this.#changesWithin() : error;
    }
  }

  #changesWithin(): Error {
    return systemError(
      "pthread_mutex_lock",
      errnoNumber("EDEADLK"),
      `change ${this.#object.what}`,
      {
        meaning:
          "the function of update() is still running, with the lock that this key needs",
        remedy:
          "return the new value from it, and change entries before or after update()",
      },
    );
  }
}
