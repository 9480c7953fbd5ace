/**
 * Which mutex an entry in the list of this thread is.
 *
 * @module
 */

import type { ListEntry } from "../../../ffi/sync/thread_list.ts";
import type { MutexCore } from "./mutex_core.ts";

/** Mutexes by what stands for them in the list. */
export const cores = new WeakMap<ListEntry, MutexCore>();
