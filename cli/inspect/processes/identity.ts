/** The text that identifies a file: its device and its inode. */
export function identity(device: number, inode: number): string {
  return `${device}:${inode}`;
}

/** The same of a System V segment, whose inode is its id. */
export function segmentIdentity(id: number): string {
  return `segment:${id}`;
}
