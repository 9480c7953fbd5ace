/**
 * Pipes of other processes: bells to ring, and lives whose end is told.
 *
 * @module
 */

import { closeDescriptor } from "../../ffi/files/open.ts";
import {
  isPipeHeard,
  openPeerPipe,
  type PeerPipe,
  ringPipe,
} from "../../ffi/pipes/peer_pipe.ts";
import { atUnload } from "../../memory/mapping/unload.ts";
import { DescriptorWatch } from "./event_loop.ts";
import { lookAll } from "./sleepers.ts";

export type { PeerPipe };

/** How many bells, and how many lives, of others are kept open. */
const MAX_OPEN = 256;

/** How many pipes are remembered that cannot be opened. */
const MAX_UNREACHABLE = 1024;

/**
 * When to look after the end of a life. The kernel closes the descriptors of a
 * process that ends one after the other, and the pipe may be closed a while before
 * the object whose locks say that it is gone.
 */
const AFTER_END_MS = [0, 2, 10, 50, 200] as const;

/** A descriptor of a bell, as long as a process hears it. */
interface OpenBell {
  fd: number | undefined;
}

const bells = new Map<string, OpenBell>();
const lives = new Map<string, DescriptorWatch>();
/**
 * Pipes that were tried in vain, or whose process is gone: they stay so, and to try
 * again costs three system calls each time.
 */
const unreachable = new Set<string>();
let deaths = 0;
let closesAtUnload = false;

function keyOf({ pid, fd, inode }: PeerPipe): string {
  return `${pid}:${fd}:${inode}`;
}

/** Opens a pipe, unless that failed before or too many are open. */
function open(
  peer: PeerPipe,
  key: string,
  end: "read" | "write",
): number | undefined {
  if (unreachable.has(key)) return undefined;
  const opened = openPeerPipe(peer, end);
  if (typeof opened === "number") {
    // A program that `deno run --watch` starts again opens its own.
    if (!closesAtUnload) atUnload(closeAll);
    closesAtUnload = true;
    return opened;
  }
  if (opened === "unreachable") giveUp(key);
  return undefined;
}

function giveUp(key: string): void {
  if (unreachable.size >= MAX_UNREACHABLE) unreachable.clear();
  unreachable.add(key);
}

function closeAll(): void {
  for (const bell of bells.values()) {
    if (bell.fd !== undefined) closeDescriptor(bell.fd);
    bell.fd = undefined;
  }
  bells.clear();
  for (const life of lives.values()) life.close();
  lives.clear();
}

/** A bell of another process, to ring it. */
export class PeerBell {
  #pid = 0;
  #inode = 0;
  #bell: OpenBell = { fd: undefined };

  /**
   * Rings.
   *
   * @param sleeper Whom, of those that sleep there, as that one has said.
   * @returns Whether it will be heard; false when the pipe cannot be opened, or
   * its process is gone.
   */
  ring(peer: PeerPipe, sleeper: number): boolean {
    if (!this.open(peer)) return false;
    const { fd } = this.#bell;
    if (fd !== undefined && ringPipe(fd, sleeper)) return true;
    forget(peer);
    return false;
  }

  /**
   * Whether its process still has the pipe open, which takes one short system call;
   * false when the pipe cannot be opened, too.
   */
  isHeard(peer: PeerPipe): boolean {
    if (!this.open(peer)) return false;
    const { fd } = this.#bell;
    return fd !== undefined && isPipeHeard(fd);
  }

  /** Opens it without ringing; returns whether it can be rung. */
  open(peer: PeerPipe): boolean {
    const isOpen = this.#bell.fd !== undefined && this.#pid === peer.pid &&
      this.#inode === peer.inode;
    if (isOpen) return true;
    this.#bell = bellOf(peer);
    this.#pid = peer.pid;
    this.#inode = peer.inode;
    return this.#bell.fd !== undefined;
  }
}

function bellOf(peer: PeerPipe): OpenBell {
  const key = keyOf(peer);
  const known = bells.get(key);
  if (known !== undefined) return known;
  const bell: OpenBell = { fd: undefined };
  if (bells.size >= MAX_OPEN) return bell;
  bell.fd = open(peer, key, "write");
  if (bell.fd !== undefined) bells.set(key, bell);
  return bell;
}

/** Closes the bell of a process that is gone. */
function forget(peer: PeerPipe): void {
  const key = keyOf(peer);
  const bell = bells.get(key);
  if (bell?.fd === undefined) return;
  bells.delete(key);
  giveUp(key);
  closeDescriptor(bell.fd);
  // Others have this bell, too, and the number may soon be another file's.
  bell.fd = undefined;
}

function tellDeath(): void {
  deaths++;
  lookAll();
}

/** How many processes whose life was watched have ended. */
export function deathsSeen(): number {
  return deaths;
}

/**
 * Watches the life of another process: when it ends, all sleepers look, and
 * {@linkcode deathsSeen} goes up.
 *
 * @returns Whether its end will be told, or was.
 */
export function watchLife(peer: PeerPipe): boolean {
  const key = keyOf(peer);
  if (lives.has(key)) return true;
  if (lives.size >= MAX_OPEN) return false;
  const fd = open(peer, key, "read");
  if (fd === undefined) return false;
  const onEnd = () => {
    lives.delete(key);
    for (const ms of AFTER_END_MS) Deno.unrefTimer(setTimeout(tellDeath, ms));
  };
  lives.set(key, new DescriptorWatch(fd, { onData: () => {}, onEnd }));
  return true;
}
