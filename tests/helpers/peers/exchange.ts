/**
 * What must hold for any kind of memory between this process and another.
 *
 * @module
 */

import { assert, assertEquals, assertNotEquals } from "../../../deps.ts";
import { ReadonlyBytes } from "../../../mod.ts";
import { type Held, type Kind, type KindName, KINDS } from "./kinds.ts";
import type { Peer } from "./peer.ts";

/** Not a whole number of pages, and more than one. */
export const SIZE = 9001;

/** Across the border of two pages. */
export const BORDER = 4090;

/** An address that systems do not choose by themselves. */
export const ADDRESS = 0x5000000n;

/** How {@linkcode exchange} goes. */
export interface ExchangeOptions {
  /** Address at which the other process maps. Default: its system chooses. */
  readonly address?: bigint;
}

/**
 * Creates memory on either side in turn, lets the other open it, and checks
 * that each reads what the other writes, with both accesses.
 */
export async function exchange(
  name: KindName,
  peer: Peer,
  { address }: ExchangeOptions = {},
): Promise<void> {
  await openedByThem(name, peer, address);
  await openedByUs(name, peer);
}

async function openedByThem(
  name: KindName,
  peer: Peer,
  address: bigint | undefined,
): Promise<void> {
  const kind = KINDS[name];
  const fresh = kind.fresh();
  using ours = kind.create(fresh, SIZE);
  using _removal = removal(kind, fresh);

  const theirs = await peer.open(name, ours.target, "read-write", address);
  assertEquals(theirs.size, SIZE);
  if (address !== undefined) {
    assertEquals(theirs.address, address);
    assertNotEquals(theirs.address, ours.address);
  }
  write(ours, BORDER, `${name}: from us`);
  assertEquals(
    await peer.read(BORDER, name.length + 9),
    `${name}: from us`,
  );
  await peer.write(SIZE - 4, "them");
  assertEquals(read(ours, SIZE - 4, 4), "them");
  await peer.close();

  await peer.open(name, ours.target, "read", address);
  write(ours, 3, "while they may only read");
  assertEquals(await peer.read(3, 24), "while they may only read");
  await peer.close();
  assertEquals(read(ours, SIZE - 4, 4), "them");
}

async function openedByUs(name: KindName, peer: Peer): Promise<void> {
  const kind = KINDS[name];
  const fresh = kind.fresh();
  const theirs = await peer.create(name, fresh, SIZE);
  using _removal = removal(kind, fresh);
  assertEquals(theirs.size, SIZE);

  using ours = kind.open(theirs.target, "read-write");
  assertEquals(ours.bytes.length, SIZE);
  write(ours, BORDER, "answer");
  assertEquals(await peer.read(BORDER, 6), "answer");

  using readonly = kind.open(theirs.target, "read");
  assert(readonly.bytes instanceof ReadonlyBytes);
  assertEquals(readonly.bytes.length, SIZE);
  assertEquals(read(readonly, BORDER, 6), "answer");
  await peer.write(SIZE - 5, "later");
  assertEquals(read(readonly, SIZE - 5, 5), "later");
  assertEquals(read(ours, SIZE - 5, 5), "later");
  await peer.close();
}

/** Reads text. */
export function read({ bytes }: Held, offset: number, length: number): string {
  return new TextDecoder().decode(bytes.slice(offset, offset + length));
}

/** Writes text. */
export function write({ bytes }: Held, offset: number, text: string): void {
  if (bytes instanceof ReadonlyBytes) throw new TypeError("it is read-only");
  bytes.set(new TextEncoder().encode(text), offset);
}

/** Removes memory at the end of a block. */
export function removal(kind: Kind, target: string): Disposable {
  return { [Symbol.dispose]: () => kind.remove(target) };
}
