/**
 * Where all pending asynchronous waits of this thread sleep, by the word that
 * they wait for; the name is WebKit's for such a table.
 *
 * A word has one place in the kernel's queue, however many wait for it. 127
 * words sleep in one call on one thread of Deno's pool, and no more than 16
 * calls sleep at once: the pool has 32 threads, which files and names of hosts
 * need, too. The words beyond are looked at from time to time.
 *
 * @module
 */

import { hasWaitv, wake, type Word } from "../../ffi/sync/futex.ts";
import { addMappingUser, type Mapping } from "../../memory/mapping/mapping.ts";
import { Poller, transferred } from "./poller.ts";
import { WaitGroup } from "./wait_group.ts";
import { WaiterList } from "./waiter_list.ts";

/** How many calls sleep on threads of the pool at most. */
const MOST_GROUPS = 16;

/**
 * How often to look whether memory was transferred, which wakes nobody: its pages
 * stay where they are, and the kernel sleeps on.
 */
const LOOK_MS = 1000;

/** Which way to sleep: the best that the kernel has, or looking in any case. */
export type WaitStrategy = "auto" | "polling";

/** By the address of their word. */
const lists = new Map<number, WaiterList>();
const poller = new Poller();
let look: ReturnType<typeof setInterval> | undefined;
/** Those without words cost no thread. */
let groups: WaitGroup[] = [];
let strategy: WaitStrategy = "auto";
let kernelSleeps: boolean | undefined;

/**
 * Chooses how waits for other words that start from now on sleep; for tests.
 *
 * @param chosen `"auto"`: in the kernel where it can; `"polling"`: by looking.
 */
export function useWaitStrategy(chosen: WaitStrategy): void {
  // Waits that sleep already go on as they are.
  if (chosen !== strategy) groups = [];
  strategy = chosen;
}

/** Those of this thread that wait for a word, if there are any. */
export function waitersOf(word: Word): WaiterList | undefined {
  const list = lists.get(Number(word.address));
  return list?.word.gone ? undefined : list;
}

/**
 * Those that wait for a word, for one who is about to; it joins them at once.
 *
 * @param mapping Where the word lies: the waits end before it is unmapped.
 */
export function joinWaiters(
  word: Word,
  mapping: Mapping | undefined,
): WaiterList {
  return waitersOf(word) ?? newList(word, mapping);
}

/** Assigns a word a place to sleep, once someone waits for it. */
export function accommodate(list: WaiterList): void {
  if (list.bedroom !== undefined) return;
  const group = groupWithRoom();
  if (group === undefined) poller.add(list);
  else group.add(list);
}

function newList(word: Word, mapping: Mapping | undefined): WaiterList {
  const address = Number(word.address);
  const list: WaiterList = new WaiterList(word, () => {
    stay?.();
    if (lists.get(address) === list) lists.delete(address);
    if (lists.size > 0) return;
    clearInterval(look);
    look = undefined;
  });
  const leave = () => {
    // While the word can still be reached: it may have taken a wake-up.
    if (!word.gone && list.isChanged) wake(word, 1);
    list.fail(
      new Deno.errors.BadResource(
        "Cannot wait any longer: the memory was unmapped",
      ),
    );
    list.bedroom?.evict(list);
  };
  const stay = mapping && addMappingUser(mapping, { leave });
  lists.set(address, list);
  look ??= startLooking();
  return list;
}

/** The sleep in the kernel keeps the program alive; this does not. */
function startLooking(): ReturnType<typeof setInterval> {
  const timer = setInterval(endTransferred, LOOK_MS);
  Deno.unrefTimer(Number(timer));
  return timer;
}

/** Ends the waits whose memory has another owner now. */
function endTransferred(): void {
  for (const list of [...lists.values()]) {
    if (!list.word.gone) continue;
    list.fail(transferred());
    list.bedroom?.evict(list);
  }
}

function groupWithRoom(): WaitGroup | undefined {
  if (strategy === "polling" || !(kernelSleeps ??= hasWaitv())) {
    return undefined;
  }
  const withRoom = groups.filter(({ room }) => room > 0);
  const quiet = withRoom.find(({ isQuiet }) => isQuiet);
  if (quiet !== undefined) return quiet;
  if (groups.length >= MOST_GROUPS) return withRoom[0];
  const group = new WaitGroup(arrange);
  groups.push(group);
  return group;
}

/** Puts groups together that fit into one, to free threads and places. */
function arrange(group: WaitGroup): void {
  const place = groups.indexOf(group);
  if (place === -1) return;
  if (group.size > 0) {
    const earlier = groups.slice(0, place)
      .find(({ room, isQuiet }) => room >= group.size && isQuiet);
    if (earlier !== undefined) return group.moveTo(earlier);
    for (const later of groups.slice(place + 1)) {
      const { size, isQuiet } = later;
      if (size > 0 && size <= group.room && isQuiet) later.moveTo(group);
    }
  }
  for (const list of poller.take(group.room)) group.add(list);
}
