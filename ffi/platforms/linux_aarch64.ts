import type { Platform } from "../platform.ts";
import { LINUX } from "./linux.ts";

/** Linux on aarch64, glibc. */
export const LINUX_AARCH64 = {
  ...LINUX,
  name: "Linux aarch64",
  layouts: {
    ...LINUX.layouts,
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
