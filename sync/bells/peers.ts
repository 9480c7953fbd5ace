/**
 * Pipes of other processes: bells to ring, and lives whose end is told.
 *
 * @module
 */

import { closeDescriptor } from "../../ffi/files/open.ts";
import {
  openPeerPipe,
  type PeerPipe,
  ringPipe,
} from "../../ffi/files/peer_pipe.ts";
import { type DescriptorWatch, watchDescriptor } from "./event_loop.ts";
import { lookAll } from "./sleepers.ts";

export type { PeerPipe };

/** How many bells of others are kept open. */
const MAX_BELLS = 256;

/**
 * When to look after the end of a life. The kernel closes the descriptors of a
 * process that ends one after the other, and the pipe may be closed a while before
 * the object whose locks say that it is gone.
 */
const AFTER_END_MS = [0, 2, 10, 50, 200] as const;

/** A descriptor of a bell, as long as somebody hears it. */
interface OpenBell {
  fd: number | undefined;
}

const bells = new Map<string, OpenBell>();
const lives = new Map<string, DescriptorWatch | "starting">();
let deaths = 0;

function keyOf({ pid, fd, inode }: PeerPipe): string {
  return `${pid}:${fd}:${inode}`;
}

/** A bell of another process, to ring it. */
export class PeerBell {
  #pid = 0;
  #inode = 0;
  #bell: OpenBell = { fd: undefined };

  /**
   * Rings.
   *
   * @returns Whether it will be heard; false when the pipe cannot be opened, or
   * its process is gone.
   */
  ring(peer: PeerPipe): boolean {
    if (!this.open(peer)) return false;
    const { fd } = this.#bell;
    if (fd !== undefined && ringPipe(fd)) return true;
    forget(peer);
    return false;
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
  if (bells.size >= MAX_BELLS) return bell;
  bell.fd = openPeerPipe(peer, "write");
  if (bell.fd !== undefined) bells.set(key, bell);
  return bell;
}

function forget(peer: PeerPipe): void {
  const key = keyOf(peer);
  const bell = bells.get(key);
  if (bell?.fd === undefined) return;
  bells.delete(key);
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
  if (lives.size >= MAX_BELLS) return false;
  const fd = openPeerPipe(peer, "read");
  if (fd === undefined) return false;
  lives.set(key, "starting");
  watchDescriptor(fd, () => {}, () => {
    lives.delete(key);
    for (const ms of AFTER_END_MS) Deno.unrefTimer(setTimeout(tellDeath, ms));
  }).then((watch) => {
    if (lives.get(key) === "starting") lives.set(key, watch);
  });
  return true;
}
