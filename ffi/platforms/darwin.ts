import type { Platform } from "./types.ts";
import { DARWIN_ERRNO } from "./darwin_errno.ts";

/**
 * macOS on arm64 and x86_64: constants and layouts are the same on both. They
 * come from the headers of the macOS 14 SDK; nothing here has run on a Mac.
 */
export const DARWIN = {
  name: "macOS",
  libc: "libSystem.B.dylib",
  realtimeLibrary: null,
  errnoFunction: "__error",
  // On x86_64 plain fstat fills an older, shorter struct; fstat64 fills the
  // 144-byte one on both processors.
  fstatFunction: "fstat64",
  errnoNames: DARWIN_ERRNO,
  constants: {
    O_CREAT: 0x200,
    O_EXCL: 0x800,
    O_NONBLOCK: 0x4,
    O_NOCTTY: 0x20000,
    O_CLOEXEC: 0x1000000,
    O_NOFOLLOW: 0x100,
    MAP_ANON: 0x1000,
    MAP_NORESERVE: 0x40,
    MS_SYNC: 0x10,
    F_OFD_GETLK: 92,
    F_OFD_SETLK: 90,
    F_RDLCK: 1,
    F_WRLCK: 3,
    F_UNLCK: 2,
  },
  optionalFlags: {
    MAP_FIXED_NOREPLACE: 0,
    MAP_HUGETLB: 0,
    MAP_POPULATE: 0,
    O_PATH: 0,
  },
  advice: {
    "normal": 0,
    "random": 1,
    "sequential": 2,
    "will-need": 3,
    "dont-need": 4,
    "free": 5,
    "page-out": 10,
  },
  layouts: {
    // #pragma pack(4): the times are 8 bytes wide and only 4-aligned.
    shmidDs: {
      size: 76,
      fields: {
        uid: { offset: 0, type: "u32" },
        gid: { offset: 4, type: "u32" },
        cuid: { offset: 8, type: "u32" },
        cgid: { offset: 12, type: "u32" },
        mode: { offset: 16, type: "u16" },
        seq: { offset: 18, type: "u16" },
        key: { offset: 20, type: "i32" },
        shm_segsz: { offset: 24, type: "u64" },
        shm_lpid: { offset: 32, type: "i32" },
        shm_cpid: { offset: 36, type: "i32" },
        shm_nattch: { offset: 40, type: "u16" },
        shm_atime: { offset: 44, type: "i64" },
        shm_dtime: { offset: 52, type: "i64" },
        shm_ctime: { offset: 60, type: "i64" },
      },
    },
    semidDs: {
      size: 72,
      fields: {
        uid: { offset: 0, type: "u32" },
        gid: { offset: 4, type: "u32" },
        cuid: { offset: 8, type: "u32" },
        cgid: { offset: 12, type: "u32" },
        mode: { offset: 16, type: "u16" },
        seq: { offset: 18, type: "u16" },
        key: { offset: 20, type: "i32" },
        sem_nsems: { offset: 28, type: "u16" },
        sem_otime: { offset: 32, type: "i64" },
        sem_ctime: { offset: 44, type: "i64" },
      },
    },
    seminfo: null,
    msqidDs: {
      size: 116,
      fields: {
        uid: { offset: 0, type: "u32" },
        gid: { offset: 4, type: "u32" },
        cuid: { offset: 8, type: "u32" },
        cgid: { offset: 12, type: "u32" },
        mode: { offset: 16, type: "u16" },
        seq: { offset: 18, type: "u16" },
        key: { offset: 20, type: "i32" },
        msg_cbytes: { offset: 32, type: "u64" },
        msg_qnum: { offset: 40, type: "u64" },
        msg_qbytes: { offset: 48, type: "u64" },
        msg_lspid: { offset: 56, type: "i32" },
        msg_lrpid: { offset: 60, type: "i32" },
        msg_stime: { offset: 64, type: "i64" },
        msg_rtime: { offset: 76, type: "i64" },
        msg_ctime: { offset: 88, type: "i64" },
      },
    },
    msginfo: null,
    // There are no POSIX message queues.
    mqAttr: null,
    pollfd: {
      size: 8,
      fields: {
        fd: { offset: 0, type: "i32" },
        events: { offset: 4, type: "i16" },
        revents: { offset: 6, type: "i16" },
      },
    },
    shminfo: null,
    shmInfo: null,
    stat: {
      size: 144,
      fields: {
        st_dev: { offset: 0, type: "i32" },
        st_mode: { offset: 4, type: "u16" },
        st_nlink: { offset: 6, type: "u16" },
        st_ino: { offset: 8, type: "u64" },
        st_uid: { offset: 16, type: "u32" },
        st_gid: { offset: 20, type: "u32" },
        st_atime: { offset: 32, type: "i64" },
        st_mtime: { offset: 48, type: "i64" },
        st_ctime: { offset: 64, type: "i64" },
        st_size: { offset: 96, type: "i64" },
        st_blocks: { offset: 104, type: "i64" },
      },
    },
    statfs: null,
    statvfs: {
      size: 64,
      fields: {
        f_frsize: { offset: 8, type: "u64" },
        f_blocks: { offset: 16, type: "u32" },
        f_bavail: { offset: 24, type: "u32" },
        f_files: { offset: 28, type: "u32" },
        f_favail: { offset: 36, type: "u32" },
      },
    },
    flock: {
      size: 24,
      fields: {
        l_start: { offset: 0, type: "i64" },
        l_len: { offset: 8, type: "i64" },
        l_pid: { offset: 16, type: "i32" },
        l_type: { offset: 20, type: "i16" },
        l_whence: { offset: 22, type: "i16" },
      },
    },
    // No directory shows the names of POSIX objects, so nothing reads this.
    dirent: {
      size: 1048,
      fields: {
        d_name: { offset: 21, type: "u16" },
      },
    },
  },
  syscalls: null,
  semctl: {
    GETPID: 4,
    GETVAL: 5,
    GETALL: 6,
    GETNCNT: 3,
    GETZCNT: 7,
    SETVAL: 8,
    SETALL: 9,
  },
  CLOCK_MONOTONIC: 6,
  PTHREAD_MUTEX_RECURSIVE: 2,
  PTHREAD_MUTEX_ERRORCHECK: 1,
  mutexSize: 64,
  capabilities: {
    // PSHMNAMLEN is 31 with the slash; kernels before 10.15 stop at 30.
    maxNameLength: 29,
    shmDirectory: null,
    // The first ftruncate sizes the object, every later one is EINVAL.
    resizesObjects: false,
    exactObjectSizes: false,
    locksObjects: false,
    countsObjectLinks: false,
    appliesUmask: false,
    listsSegments: false,
    attachesRemoved: false,
  },
} as const satisfies Platform;
