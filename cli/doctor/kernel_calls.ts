/**
 * Calls of the kernel that old kernels and sandboxes lack.
 *
 * @module
 */

import { tryLockRange, unlockRange } from "../../ffi/files/range_lock.ts";
import { hasWaitv } from "../../ffi/sync/futex.ts";
import { threadList } from "../../ffi/sync/thread_list.ts";
import { descriptorOf } from "../../memory/posix/object_handle.ts";
import { isSystemError, SharedMemory } from "../../mod.ts";
import { Semaphore } from "../../sync/mod.ts";
import {
  type Check,
  failed,
  good,
  tried,
  unknown,
  warning,
} from "./finding.ts";

const SANDBOX =
  "update the kernel, or the sandbox: Docker before 20.10.10, old versions of libseccomp and gVisor refuse calls that they do not know (--security-opt seccomp=FILE)";

/** Far behind the end, where programs of this library lock. */
const FAR = { start: 2 ** 40 + 7, length: 1 };

/** What is looked at. */
export const KERNEL_CALLS: readonly Check[] = [
  {
    name: "futex_waitv(2)",
    why:
      "one thread sleeps on many words; without it waits look again and again (Linux 5.16)",
    look: () =>
      hasWaitv() ? good("is there") : warning(
        "is not there: waiting goes on, with pauses of up to some milliseconds",
        SANDBOX,
      ),
  },
  {
    name: "robust futexes (get_robust_list(2))",
    why: "the kernel frees the mutexes of a process that dies",
    look: () =>
      threadList().watched ? good("are there") : warning(
        "are not there: a mutex whose owner dies stays locked",
        SANDBOX,
      ),
  },
  {
    name: "memfd_create(2) and seals",
    why:
      "memory without a name (SharedMemory.anonymous()), which nothing can be left of",
    look: () =>
      tried(() => {
        using memory = SharedMemory.anonymous({ size: 4096 });
        memory.seal("grow", "shrink", "write");
        return `are there: ${memory.seals.join(", ")}`;
      }, SANDBOX),
  },
  {
    name: "locks of open files (F_OFD_SETLK)",
    why:
      "by them processes know that the other side lives; channels and stores need them (Linux 3.15)",
    look: () => {
      let memory: SharedMemory;
      try {
        memory = SharedMemory.anonymous({ size: 4096 });
      } catch (error) {
        if (!isSystemError(error)) throw error;
        return unknown("there is no memory without a name to try it on");
      }
      using _memory = memory;
      try {
        const act = "try a lock";
        const fd = descriptorOf(memory).fd(act);
        tryLockRange(fd, "exclusive", FAR, act);
        unlockRange(fd, FAR, act);
        return good("are there");
      } catch (error) {
        return failed(error, SANDBOX);
      }
    },
  },
  {
    name: "named semaphores",
    why: "Semaphore.create(), as sem_open(3), which needs /dev/shm",
    look: () =>
      tried(() => {
        const name = `/shmem-doctor-${crypto.randomUUID().slice(0, 8)}`;
        using _semaphore = Semaphore.create(name, { value: 1 });
        Semaphore.unlink(name);
        return "one was created and removed";
      }, "see /dev/shm above"),
  },
];
