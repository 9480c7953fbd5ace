/**
 * What differs between operating systems and processors, as types: each platform
 * is one value of {@linkcode Platform}.
 *
 * @module
 */

import type { Layout } from "../libc/layout.ts";

/** Fields of `struct shmid_ds`, with those of its `ipc_perm` in front. */
export type ShmidDsField =
  | "key"
  | "uid"
  | "gid"
  | "cuid"
  | "cgid"
  | "mode"
  | "seq"
  | "shm_segsz"
  | "shm_atime"
  | "shm_dtime"
  | "shm_ctime"
  | "shm_cpid"
  | "shm_lpid"
  | "shm_nattch";

/** Fields of `struct shminfo`, the limits of `IPC_INFO`. */
export type ShminfoField = "shmmax" | "shmmin" | "shmmni" | "shmseg" | "shmall";

/** Fields of `struct shm_info`, the usage of `SHM_INFO`. */
export type ShmInfoField =
  | "used_ids"
  | "shm_tot"
  | "shm_rss"
  | "shm_swp"
  | "swap_attempts"
  | "swap_successes";

/** Fields of `struct stat` that this library reads. */
export type StatField =
  | "st_dev"
  | "st_ino"
  | "st_mode"
  | "st_nlink"
  | "st_uid"
  | "st_gid"
  | "st_size"
  | "st_blocks"
  | "st_atime"
  | "st_mtime"
  | "st_ctime";

/** Fields of Linux's `struct statfs` that this library reads. */
export type StatfsField = "f_type";

/** Fields of `struct statvfs` that this library reads. */
export type StatvfsField =
  | "f_frsize"
  | "f_blocks"
  | "f_bavail"
  | "f_files"
  | "f_favail";

/** Fields of `struct semid_ds`, with those of its `ipc_perm` in front. */
export type SemidDsField =
  | "key"
  | "uid"
  | "gid"
  | "cuid"
  | "cgid"
  | "mode"
  | "seq"
  | "sem_otime"
  | "sem_ctime"
  | "sem_nsems";

/** Fields of `struct seminfo`: the limits of `IPC_INFO`, the usage of `SEM_INFO`. */
export type SeminfoField =
  | "semmni"
  | "semmns"
  | "semmsl"
  | "semopm"
  | "semusz"
  | "semvmx"
  | "semaem";

/** Fields of `struct msqid_ds`, with those of its `ipc_perm` in front. */
export type MsqidDsField =
  | "key"
  | "uid"
  | "gid"
  | "cuid"
  | "cgid"
  | "mode"
  | "seq"
  | "msg_stime"
  | "msg_rtime"
  | "msg_ctime"
  | "msg_cbytes"
  | "msg_qnum"
  | "msg_qbytes"
  | "msg_lspid"
  | "msg_lrpid";

/** Fields of `struct msginfo`, the limits of `IPC_INFO` and the usage of `MSG_INFO`. */
export type MsginfoField =
  | "msgpool"
  | "msgmap"
  | "msgmax"
  | "msgmnb"
  | "msgmni"
  | "msgtql";

/** Fields of `struct mq_attr`, the size of a POSIX message queue. */
export type MqAttrField =
  | "mq_flags"
  | "mq_maxmsg"
  | "mq_msgsize"
  | "mq_curmsgs";

/** Fields of `struct pollfd`, a descriptor that `poll` waits for. */
export type PollfdField = "fd" | "events" | "revents";

/** Fields of `struct flock`, a lock on a range of a file. */
export type FlockField =
  | "l_type"
  | "l_whence"
  | "l_start"
  | "l_len"
  | "l_pid";

/** Fields of `struct dirent`; the name starts at `d_name`. */
export type DirentField = "d_name";

/** Layouts of the structs that cross the border, `null` where there is none. */
export interface Layouts {
  readonly shmidDs: Layout<ShmidDsField>;
  readonly shminfo: Layout<ShminfoField> | null;
  readonly shmInfo: Layout<ShmInfoField> | null;
  readonly stat: Layout<StatField>;
  readonly statvfs: Layout<StatvfsField>;
  readonly statfs: Layout<StatfsField> | null;
  readonly dirent: Layout<DirentField>;
  readonly flock: Layout<FlockField>;
  readonly semidDs: Layout<SemidDsField>;
  readonly seminfo: Layout<SeminfoField> | null;
  readonly msqidDs: Layout<MsqidDsField>;
  readonly msginfo: Layout<MsginfoField> | null;
  readonly mqAttr: Layout<MqAttrField> | null;
  readonly pollfd: Layout<PollfdField>;
}

/** Constants whose numbers differ between platforms. */
export type ConstantName =
  | "O_CREAT"
  | "O_EXCL"
  | "O_NONBLOCK"
  | "O_NOCTTY"
  | "O_CLOEXEC"
  | "O_NOFOLLOW"
  | "MAP_ANON"
  | "MAP_NORESERVE"
  | "MS_SYNC"
  | "F_OFD_GETLK"
  | "F_OFD_SETLK"
  | "F_RDLCK"
  | "F_WRLCK"
  | "F_UNLCK";

/** Numbers of system calls that libc has no function for; Linux. */
export interface SyscallNumbers {
  readonly futex: number;
  readonly futexWaitv: number;
  readonly getRobustList: number;
}

/** What an operating system can do, asked by name instead of by system. */
export interface Capabilities {
  /** Longest name of a POSIX object in bytes, without the leading slash. */
  readonly maxNameLength: number;
  /** Directory in which the names of POSIX objects live, where there is one. */
  readonly shmDirectory: string | null;
  /** Whether the size of a POSIX object may change after it was first set. */
  readonly resizesObjects: boolean;
  /** Whether the size of a POSIX object is exact, not rounded up to pages. */
  readonly exactObjectSizes: boolean;
  /** Whether `flock` works on a POSIX object. */
  readonly locksObjects: boolean;
  /** Whether `fstat` counts the names of a POSIX object. */
  readonly countsObjectLinks: boolean;
  /** Whether the umask takes permissions from a new POSIX object. */
  readonly appliesUmask: boolean;
  /** Whether System V memory has limits, usage, a list and locks to ask for. */
  readonly listsSegments: boolean;
  /** Whether a segment can be attached after it was marked for removal. */
  readonly attachesRemoved: boolean;
}

/** Everything that differs between platforms. */
export interface Platform {
  /** For messages: "Linux x86_64". */
  readonly name: string;
  /** What `Deno.dlopen` opens in the first place. */
  readonly libc: string;
  /** Where `shm_open` lives in a libc that keeps it elsewhere. */
  readonly realtimeLibrary: string | null;
  /** The function that tells where errno is. */
  readonly errnoFunction: "__errno_location" | "__error";
  /** The function that fills {@linkcode Layouts.stat}. */
  readonly fstatFunction: "fstat" | "fstat64";
  /** Error names by number. */
  readonly errnoNames: Readonly<Record<number, string>>;
  /** Constants whose numbers differ. */
  readonly constants: Readonly<Record<ConstantName, number>>;
  /** Flags that only some systems have; 0 means "has no such flag". */
  readonly optionalFlags: Readonly<
    Record<
      "MAP_FIXED_NOREPLACE" | "MAP_HUGETLB" | "MAP_POPULATE" | "O_PATH",
      number
    >
  >;
  /** Advice of `madvise` by the name that users write. */
  readonly advice: Readonly<Record<string, number>>;
  /** Struct layouts. */
  readonly layouts: Layouts;
  /** Numbers of system calls without a function, `null` where there are none. */
  readonly syscalls: SyscallNumbers | null;
  /** Size of a `pthread_mutex_t` in bytes. */
  readonly mutexSize: number;
  /** Commands of `semctl`. */
  readonly semctl: Readonly<
    Record<
      | "GETPID"
      | "GETVAL"
      | "GETALL"
      | "GETNCNT"
      | "GETZCNT"
      | "SETVAL"
      | "SETALL",
      number
    >
  >;
  /** Number of the monotonic clock. */
  readonly CLOCK_MONOTONIC: number;
  /** Values of `pthread.h`. */
  readonly PTHREAD_MUTEX_RECURSIVE: number;
  readonly PTHREAD_MUTEX_ERRORCHECK: number;
  /** What this system can do. */
  readonly capabilities: Capabilities;
}
