import { readKernelFile } from "../../ffi/files/kernel_file.ts";
import type { SemaphoreSetStatus } from "../../ffi/sysv/sysv_sem_control.ts";

/** Capabilities that bypass the mode of a set (`capabilities(7)`). */
const CAP_SYS_ADMIN = 21n;
const CAP_IPC_OWNER = 15n;

/**
 * Whether the kernel would let this process do anything with a set that it may
 * not read: alter its values, or change and remove it as its owner.
 */
export function mayUse(status: SemaphoreSetStatus): boolean {
  const { mode, uid, creatorUid, gid, creatorGid } = status;
  const text = readKernelFile("/proc/self/status");
  // Real, effective, saved, file system.
  const user = numbers(text, "Uid")[1];
  const group = numbers(text, "Gid")[1];
  const granted = BigInt(`0x${field(text, "CapEff") || "0"}`);
  if ((granted & (1n << CAP_SYS_ADMIN | 1n << CAP_IPC_OWNER)) !== 0n) {
    return true;
  }
  if (user === uid || user === creatorUid) return true;
  const groups = [group, ...numbers(text, "Groups")];
  const isMember = groups.includes(gid) || groups.includes(creatorGid);
  return ((isMember ? mode >> 3 : mode) & 0o6) !== 0;
}

function field(text: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1] ?? "";
}

function numbers(text: string, name: string): number[] {
  return field(text, name).split(/\s+/).filter(Boolean).map(Number);
}
