import type { Machine } from "./machine.ts";
import { mix } from "./memory/view.ts";

/** Mixes all state into a number, for telling what was explored before. */
export function hashOf(machine: Machine, seed: number): number {
  const { memory } = machine;
  let h = mix(seed, seed === 1 ? memory.hash1 : memory.hash2);
  h = machine.kernel.hash(memory.hash(h));
  for (const actor of machine.actors) {
    const flags = (actor.finished ? 1 : 0) + (actor.dead ? 2 : 0) +
      (actor.blocked ? 4 : 0) +
      (actor.changed ? 8 : 0);
    const past = seed === 1 ? actor.hash1 : actor.hash2;
    h = mix(mix(mix(h, past), flags), actor.wake);
    for (const [call, result] of actor.events) h = mix(mix(h, call), result);
  }
  return mix(
    mix(h, machine.jumps),
    machine.last === null ? -1 : machine.last.index,
  );
}
