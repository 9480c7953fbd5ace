/**
 * The pipes of this process by which others wake it and learn of its end, one of
 * each sort, whatever number of channels it has.
 *
 * - The bell: others write a byte into it, and all that sleeps here looks.
 * - The life: this process holds its only end for writing and never writes. Who
 *   has it open for reading sees its end when the process ends, in whatever way.
 *
 * @module
 */

import { closeDescriptor } from "../../ffi/files/open.ts";
import { inodeOf } from "../../ffi/files/peer_pipe.ts";
import { openPipe } from "../../ffi/files/poll.ts";
import { platform } from "../../ffi/platforms/platform.ts";

/** Where a pipe of this process is found. */
export interface PipeAddress {
  /** A descriptor of it. */
  readonly fd: number;
  /** Low 32 bits of its inode. */
  readonly inode: number;
}

/** The pipes of this process. */
export interface OwnPipes {
  readonly bell: PipeAddress;
  readonly life: PipeAddress;
}

let pipes: OwnPipes | null | undefined;

/**
 * The pipes of this process, made at the first call.
 *
 * @returns Nothing where there are none: another system, no descriptor left, or a
 * worker, which ends without its process.
 */
export function ownPipes(): OwnPipes | undefined {
  pipes ??= tryMakePipes();
  return pipes ?? undefined;
}

function tryMakePipes(): OwnPipes | null {
  if (
    "WorkerGlobalScope" in globalThis ||
    platform().optionalFlags.O_PATH === 0
  ) return null;
  try {
    return makePipes();
  } catch {
    return null;
  }
}

function makePipes(): OwnPipes {
  using undo = new DisposableStack();
  const open = () => {
    const pipe = openPipe();
    undo.defer(() => closeDescriptor(pipe.reader));
    undo.defer(() => closeDescriptor(pipe.writer));
    return pipe;
  };
  const bell = open();
  const life = open();
  const made = {
    // Its own end for writing stays open, so that it never ends here.
    bell: { fd: bell.reader, inode: inodeOf(bell.reader) },
    life: { fd: life.writer, inode: inodeOf(life.writer) },
  };
  undo.move();
  closeDescriptor(life.reader);
  // A program that `deno run --watch` starts again makes its own.
  addEventListener("unload", () => {
    for (const fd of [bell.reader, bell.writer, life.writer]) {
      closeDescriptor(fd);
    }
    pipes = null;
  });
  return made;
}
