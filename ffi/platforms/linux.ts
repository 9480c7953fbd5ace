/**
 * What Linux on x86_64 and on aarch64 have in common. Offsets are checked
 * against the headers by `tools/probe_layout.c` in `tests/ffi/layout_test.ts`.
 *
 * @module
 */

import type { Platform } from "./types.ts";
import { LINUX_ERRNO } from "./linux_errno.ts";

/** The shared part; each processor adds the structs that differ. */
export const LINUX = {
  libc: "libc.so.6",
  realtimeLibrary: "librt.so.1",
  errnoFunction: "__errno_location",
  fstatFunction: "fstat",
  errnoNames: LINUX_ERRNO,
  constants: {
    O_CREAT: 0o100,
    O_EXCL: 0o200,
    O_NONBLOCK: 0o4000,
    O_NOCTTY: 0o400,
    O_CLOEXEC: 0o2000000,
    O_NOFOLLOW: 0o400000,
    MAP_ANON: 0x20,
    MAP_NORESERVE: 0x4000,
    MS_SYNC: 4,
    F_OFD_GETLK: 36,
    F_OFD_SETLK: 37,
    F_RDLCK: 0,
    F_WRLCK: 1,
    F_UNLCK: 2,
  },
  optionalFlags: {
    MAP_FIXED_NOREPLACE: 0x100000,
    MAP_HUGETLB: 0x40000,
    MAP_POPULATE: 0x8000,
    O_PATH: 0o10000000,
  },
  advice: {
    "normal": 0,
    "random": 1,
    "sequential": 2,
    "will-need": 3,
    "dont-need": 4,
    "free": 8,
    "dont-fork": 10,
    "do-fork": 11,
    "mergeable": 12,
    "unmergeable": 13,
    "huge-page": 14,
    "no-huge-page": 15,
    "dont-dump": 16,
    "do-dump": 17,
    "cold": 20,
    "page-out": 21,
    "populate-read": 22,
    "populate-write": 23,
    "collapse": 25,
  },
  layouts: {
    // struct shmid_ds with struct ipc_perm at its start.
    shmidDs: {
      size: 112,
      fields: {
        key: { offset: 0, type: "i32" },
        uid: { offset: 4, type: "u32" },
        gid: { offset: 8, type: "u32" },
        cuid: { offset: 12, type: "u32" },
        cgid: { offset: 16, type: "u32" },
        mode: { offset: 20, type: "u32" },
        seq: { offset: 24, type: "u16" },
        shm_segsz: { offset: 48, type: "u64" },
        shm_atime: { offset: 56, type: "i64" },
        shm_dtime: { offset: 64, type: "i64" },
        shm_ctime: { offset: 72, type: "i64" },
        shm_cpid: { offset: 80, type: "i32" },
        shm_lpid: { offset: 84, type: "i32" },
        shm_nattch: { offset: 88, type: "u64" },
      },
    },
    shminfo: {
      size: 72,
      fields: {
        shmmax: { offset: 0, type: "u64" },
        shmmin: { offset: 8, type: "u64" },
        shmmni: { offset: 16, type: "u64" },
        shmseg: { offset: 24, type: "u64" },
        shmall: { offset: 32, type: "u64" },
      },
    },
    shmInfo: {
      size: 48,
      fields: {
        used_ids: { offset: 0, type: "i32" },
        shm_tot: { offset: 8, type: "u64" },
        shm_rss: { offset: 16, type: "u64" },
        shm_swp: { offset: 24, type: "u64" },
        swap_attempts: { offset: 32, type: "u64" },
        swap_successes: { offset: 40, type: "u64" },
      },
    },
    statvfs: {
      size: 112,
      fields: {
        f_frsize: { offset: 8, type: "u64" },
        f_blocks: { offset: 16, type: "u64" },
        f_bavail: { offset: 32, type: "u64" },
        f_files: { offset: 40, type: "u64" },
        f_favail: { offset: 56, type: "u64" },
      },
    },
    statfs: {
      size: 120,
      fields: {
        f_type: { offset: 0, type: "i64" },
      },
    },
    seminfo: {
      size: 40,
      fields: {
        semmni: { offset: 4, type: "i32" },
        semmns: { offset: 8, type: "i32" },
        semmsl: { offset: 16, type: "i32" },
        semopm: { offset: 20, type: "i32" },
        semusz: { offset: 28, type: "i32" },
        semvmx: { offset: 32, type: "i32" },
        semaem: { offset: 36, type: "i32" },
      },
    },
    // struct msqid_ds with struct ipc_perm at its start.
    msqidDs: {
      size: 120,
      fields: {
        key: { offset: 0, type: "i32" },
        uid: { offset: 4, type: "u32" },
        gid: { offset: 8, type: "u32" },
        cuid: { offset: 12, type: "u32" },
        cgid: { offset: 16, type: "u32" },
        mode: { offset: 20, type: "u32" },
        seq: { offset: 24, type: "u16" },
        msg_stime: { offset: 48, type: "i64" },
        msg_rtime: { offset: 56, type: "i64" },
        msg_ctime: { offset: 64, type: "i64" },
        msg_cbytes: { offset: 72, type: "u64" },
        msg_qnum: { offset: 80, type: "u64" },
        msg_qbytes: { offset: 88, type: "u64" },
        msg_lspid: { offset: 96, type: "i32" },
        msg_lrpid: { offset: 100, type: "i32" },
      },
    },
    msginfo: {
      size: 32,
      fields: {
        msgpool: { offset: 0, type: "i32" },
        msgmap: { offset: 4, type: "i32" },
        msgmax: { offset: 8, type: "i32" },
        msgmnb: { offset: 12, type: "i32" },
        msgmni: { offset: 16, type: "i32" },
        msgtql: { offset: 24, type: "i32" },
      },
    },
    mqAttr: {
      size: 64,
      fields: {
        mq_flags: { offset: 0, type: "i64" },
        mq_maxmsg: { offset: 8, type: "i64" },
        mq_msgsize: { offset: 16, type: "i64" },
        mq_curmsgs: { offset: 24, type: "i64" },
      },
    },
    pollfd: {
      size: 8,
      fields: {
        fd: { offset: 0, type: "i32" },
        events: { offset: 4, type: "i16" },
        revents: { offset: 6, type: "i16" },
      },
    },
    flock: {
      size: 32,
      fields: {
        l_type: { offset: 0, type: "i16" },
        l_whence: { offset: 2, type: "i16" },
        l_start: { offset: 8, type: "i64" },
        l_len: { offset: 16, type: "i64" },
        l_pid: { offset: 24, type: "i32" },
      },
    },
    dirent: {
      size: 280,
      fields: {
        d_name: { offset: 19, type: "u16" },
      },
    },
  },
  semctl: {
    GETPID: 11,
    GETVAL: 12,
    GETALL: 13,
    GETNCNT: 14,
    GETZCNT: 15,
    SETVAL: 16,
    SETALL: 17,
  },
  CLOCK_MONOTONIC: 1,
  PTHREAD_MUTEX_RECURSIVE: 1,
  PTHREAD_MUTEX_ERRORCHECK: 2,
  capabilities: {
    maxNameLength: 255,
    shmDirectory: "/dev/shm",
    resizesObjects: true,
    exactObjectSizes: true,
    locksObjects: true,
    countsObjectLinks: true,
    appliesUmask: true,
    listsSegments: true,
    attachesRemoved: true,
  },
} as const satisfies
  & Omit<Platform, "name" | "layouts" | "syscalls" | "mutexSize">
  & { layouts: Omit<Platform["layouts"], "stat" | "semidDs"> };
