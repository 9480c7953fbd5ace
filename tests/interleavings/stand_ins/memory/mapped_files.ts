/** What `/proc/self/maps` tells of one file. */

import { call } from "../files/call.ts";

/** How far this process has mapped it, when that is beyond a size. */
export function mappedEnd(_device: number, inode: number, size: number) {
  return call("look at own mappings", (files, who) => {
    const own = files.mapped.filter((one) =>
      one.who === who && one.inode === inode
    );
    return Math.max(size, ...own.map(({ end }) => end));
  }, false);
}
