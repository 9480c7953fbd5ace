/**
 * The pipes of this process by which others wake it and learn of its end, one of
 * each sort, whatever number of channels it has.
 *
 * - The bell: others write into it whom they ring for, and that one looks.
 * - The life: this process holds its only end for writing and never writes. A
 *   process that has it open for reading sees its end when this process ends, in
 *   whatever way.
 *
 * @module
 */

import { closeDescriptor } from "../../ffi/files/open.ts";
import { inodeOf, PIPE_MODES } from "../../ffi/pipes/peer_pipe.ts";
import { openPipe } from "../../ffi/pipes/poll.ts";
import { changeMode } from "../../ffi/files/size.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { atUnload } from "../../memory/mapping/unload.ts";
import { type DescriptorEvents, DescriptorWatch } from "./event_loop.ts";

/** Where a pipe of this process is found. */
export interface PipeAddress {
  /** A descriptor of the pipe in this process. */
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
let watch: DescriptorWatch | undefined;

/**
 * The pipes of this process, made at the first call.
 *
 * @returns Nothing where there are none: another system, no descriptor left, or a
 * worker, which ends without its process.
 */
export function ownPipes(): OwnPipes | undefined {
  if (pipes === undefined) pipes = tryMakePipes();
  return pipes ?? undefined;
}

/** Watches the bell, once; returns nothing where there is none. */
export function watchBell(
  events: DescriptorEvents,
): DescriptorWatch | undefined {
  const bell = ownPipes()?.bell;
  if (bell !== undefined) watch ??= new DescriptorWatch(bell.fd, events);
  return watch;
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
  const open = (mode: number) => {
    const pipe = openPipe();
    undo.defer(() => closeDescriptor(pipe.reader));
    undo.defer(() => closeDescriptor(pipe.writer));
    // Without this mark no process opens it, whatever is written into the memory.
    changeMode(pipe.reader, mode, "mark a pipe");
    return pipe;
  };
  // Its own end for writing stays open, so that it never ends here.
  const bell = open(PIPE_MODES.write);
  const life = open(PIPE_MODES.read);
  const made = {
    bell: { fd: bell.reader, inode: inodeOf(bell.reader) },
    life: { fd: life.writer, inode: inodeOf(life.writer) },
  };
  undo.move();
  closeDescriptor(life.reader);
  // A program that `deno run --watch` starts again makes its own.
  atUnload(() => {
    if (watch === undefined) closeDescriptor(bell.reader);
    else watch.close();
    closeDescriptor(bell.writer);
    closeDescriptor(life.writer);
    pipes = null;
  });
  return made;
}
