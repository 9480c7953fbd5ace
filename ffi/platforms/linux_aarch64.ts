import type { Platform } from "./types.ts";
import { LINUX } from "./linux.ts";

/** Linux on aarch64, glibc. */
export const LINUX_AARCH64 = {
  ...LINUX,
  name: "Linux aarch64",
  syscalls: { futex: 98, futexWaitv: 449, getRobustList: 100 },
  mutexSize: 48,
  constants: { ...LINUX.constants, O_NOFOLLOW: 0o100000 },
  layouts: {
    ...LINUX.layouts,
    semidDs: {
      size: 88,
      fields: {
        key: { offset: 0, type: "i32" },
        uid: { offset: 4, type: "u32" },
        gid: { offset: 8, type: "u32" },
        cuid: { offset: 12, type: "u32" },
        cgid: { offset: 16, type: "u32" },
        mode: { offset: 20, type: "u32" },
        seq: { offset: 24, type: "u16" },
        sem_otime: { offset: 48, type: "i64" },
        sem_ctime: { offset: 56, type: "i64" },
        sem_nsems: { offset: 64, type: "u64" },
      },
    },
    stat: {
      size: 128,
      fields: {
        st_dev: { offset: 0, type: "u64" },
        st_ino: { offset: 8, type: "u64" },
        st_mode: { offset: 16, type: "u32" },
        st_nlink: { offset: 20, type: "u32" },
        st_uid: { offset: 24, type: "u32" },
        st_gid: { offset: 28, type: "u32" },
        st_size: { offset: 48, type: "i64" },
        st_blocks: { offset: 64, type: "i64" },
        st_atime: { offset: 72, type: "i64" },
        st_mtime: { offset: 88, type: "i64" },
        st_ctime: { offset: 104, type: "i64" },
      },
    },
  },
} as const satisfies Platform;
