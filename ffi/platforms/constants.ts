/**
 * Constants of `sys/ipc.h`, `sys/shm.h`, `fcntl.h`, `sys/mman.h` and
 * `sys/file.h` that have the same number wherever they exist. Those that differ
 * are in `ffi/platforms/`.
 *
 * @module
 */

/** Key of a segment that no other `shmget` can find by key (`shmget(2)`). */
export const IPC_PRIVATE = 0;
/** Flag of `shmget`: create the segment when the key has none (`shmget(2)`). */
export const IPC_CREAT = 0o1000;
/** Flag of `shmget`, with `IPC_CREAT`: fail when the key has a segment (`shmget(2)`). */
export const IPC_EXCL = 0o2000;

/** Command of `shmctl`: mark the segment for removal (`shmctl(2)`). */
export const IPC_RMID = 0;
/** Command of `shmctl`: change owner, group or mode (`shmctl(2)`). */
export const IPC_SET = 1;
/** Command of `shmctl`: read the status (`shmctl(2)`). */
export const IPC_STAT = 2;
/** Command of `shmctl`: read the limits of the system; Linux (`shmctl(2)`). */
export const IPC_INFO = 3;
/** Command of `shmctl`: keep the segment out of swap; Linux (`shmctl(2)`). */
export const SHM_LOCK = 11;
/** Command of `shmctl`: allow the segment to be swapped again; Linux (`shmctl(2)`). */
export const SHM_UNLOCK = 12;
/** Command of `shmctl`: read how much System V memory is in use; Linux (`shmctl(2)`). */
export const SHM_INFO = 14;
/** Command of `shmctl`: status by index instead of id, with read permission; Linux. */
export const SHM_STAT = 13;
/** Command of `shmctl`: status by index instead of id, for everyone; Linux 4.17. */
export const SHM_STAT_ANY = 15;

/** Flag of `msgsnd` and `msgrcv`: fail with EAGAIN or ENOMSG instead of waiting. */
export const IPC_NOWAIT = 0o4000;
/** Flag of `msgrcv`: cut a message that is too long, instead of failing with E2BIG. */
export const MSG_NOERROR = 0o10000;
/** Flag of `msgrcv`: take the first message of any other type; Linux. */
export const MSG_EXCEPT = 0o20000;
/**
 * Flag of `msgrcv`, with `IPC_NOWAIT`: copy the message at a place instead of taking
 * it; Linux 3.8, where the kernel was built with checkpoints.
 */
export const MSG_COPY = 0o40000;
/** Command of `msgctl`: status by index instead of id, with read permission; Linux. */
export const MSG_STAT = 11;
/** Command of `msgctl`: read how much the queues hold; Linux (`msgctl(2)`). */
export const MSG_INFO = 12;
/** Command of `msgctl`: status by index instead of id, for everyone; Linux 4.17. */
export const MSG_STAT_ANY = 13;

/** Flag of `shmget`: use huge pages; Linux (`shmget(2)`). */
export const SHM_HUGETLB = 0o4000;
/** Flag of `shmget`, with `SHM_HUGETLB`: huge pages of 2 MiB (`shmget(2)`). */
export const SHM_HUGE_2MB = 21 << 26;
/** Flag of `shmget`, with `SHM_HUGETLB`: huge pages of 1 GiB (`shmget(2)`). */
export const SHM_HUGE_1GB = 30 << 26;
/** Flag of `shmget`: do not reserve swap space; Linux (`shmget(2)`). */
export const SHM_NORESERVE = 0o10000;

/** Flag of `shmat`: attach for reading only. */
export const SHM_RDONLY = 0o10000;
/** Flag of `shmat`: round the address down to a multiple of `SHMLBA`. */
export const SHM_RND = 0o20000;

/** Bit of a segment's mode: removed, and gone with the last detach; Linux. */
export const SHM_DEST = 0o1000;
/** Bit of a segment's mode: locked in memory; Linux. */
export const SHM_LOCKED = 0o2000;

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;

export const PROT_READ = 0x1;
export const PROT_WRITE = 0x2;
export const MAP_SHARED = 0x1;
export const MAP_PRIVATE = 0x2;
export const MS_ASYNC = 0x1;
export const MS_INVALIDATE = 0x2;

export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
export const LOCK_UN = 8;

export const F_ADD_SEALS = 1033;
export const F_GET_SEALS = 1034;
export const F_SEAL_SEAL = 0x1;
export const F_SEAL_SHRINK = 0x2;
export const F_SEAL_GROW = 0x4;
export const F_SEAL_WRITE = 0x8;
export const F_SEAL_FUTURE_WRITE = 0x10;
export const MFD_CLOEXEC = 0x1;
export const MFD_ALLOW_SEALING = 0x2;
export const MFD_HUGETLB = 0x4;

export const S_IFMT = 0o170000;
export const S_IFREG = 0o100000;
export const S_IFIFO = 0o010000;

export const POLLIN = 0x1;
export const POLLOUT = 0x4;
export const POLLHUP = 0x10;

/** Limit of the bytes in a user's POSIX message queues; Linux. */
export const RLIMIT_MSGQUEUE = 12;
