import { assert, assertEquals } from "../../../deps.ts";
import type { SharedMap } from "../../../store/mod.ts";
import { denoRun, projectPath, run } from "../deno.ts";

/** The command of a program that uses a map. */
export function mapPeer(...args: (string | number)[]): string[] {
  return denoRun(projectPath("tests/peers/deno/store/map_peer.ts"), {
    args: args.map(String),
  });
}

/** Programs set, read and delete: they see whole values, and no memory is lost. */
export async function churn(
  map: SharedMap,
  name: string,
  seeds: readonly number[],
  operations: number,
): Promise<void> {
  const ended = await Promise.all(
    seeds.map((seed) => run(mapPeer("churn", name, operations, seed))),
  );
  for (const { code, stdout, stderr } of ended) {
    assertEquals([code, stderr], [0, ""]);
    assert(Number(stdout.split(" ")[1]) > 0);
  }
  assert(map.usage().usedBytes <= map.usage().budget);
  map.clear();
  assertEquals(map.usage().usedBytes, 0);
}
