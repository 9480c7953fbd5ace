/** A name for a POSIX object that no other run uses. */
export function randomName(): string {
  return `/shmem-test-${crypto.randomUUID().slice(0, 8)}`;
}

/** A key for a segment that no other run uses. */
export function randomKey(): number {
  const [key = 0] = crypto.getRandomValues(new Int32Array(1));
  // 0 is IPC_PRIVATE.
  return key || 1;
}
