/**
 * Creating while another process does the same: one creates, the other opens.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { Segment, SharedMemory } from "../../../mod.ts";
import { randomKey, randomName } from "../../helpers/names.ts";
import { outcomesOf } from "../../helpers/memory/outcomes.ts";

/** What two processes make at the same moment, and what the second does. */
interface Round {
  readonly kind: "segment" | "object" | "file";
  readonly second: "fail" | "open" | "replace";
  /** Key, name or path. */
  readonly target: string;
}

/** How a round ended for one of the two. */
interface RoundResult {
  readonly created?: boolean;
  readonly code?: string;
  /** The first two bytes, after each process wrote 7 to one of them. */
  readonly marks?: readonly number[];
}

/** A process of the race. Both meet before and after they create. */
const RACER = `
  import { MappedFile, Segment, SharedMemory } from "mod.ts";
  const [name, me, rounds] = Deno.args.map((text) => JSON.parse(text));
  using shared = SharedMemory.open(name);
  using meeting = shared.map();
  const arrived = new Int32Array(meeting.bytes.buffer, 0, 1);
  const end = performance.now() + 60_000;
  let expected = 0;
  function meet() {
    expected += 2;
    Atomics.add(arrived, 0, 1);
    while (Atomics.load(arrived, 0) < expected) {
      if (performance.now() > end) throw new Error("the other one is gone");
    }
  }

  const size = 3333;
  const make = {
    segment: (key, ifExists) => Segment.create({ key: Number(key), size, ifExists }),
    object: (name, second) => SharedMemory.create(
      name,
      second === "replace"
        ? { size, ifStale: "replace" }
        : { size, ifExists: second },
    ),
    file: (path, second) => MappedFile.open(path, {
      size,
      create: second === "open" ? "if-missing" : "exclusive",
    }),
  };
  const remove = {
    segment: (key) => Segment.open({ key: Number(key) }).remove(),
    object: (name) => SharedMemory.unlink(name),
    file: (path) => Deno.removeSync(path),
  };

  attempt("rounds", () => rounds.map(({ kind, second, target }) => {
    if (second === "replace" && me === 0) {
      SharedMemory.create(target, { size: 777 }).close();
    }
    meet();
    let handle;
    const result = {};
    try {
      handle = make[kind](target, second);
      result.created = handle.created;
    } catch (error) {
      result.code = error.code ?? String(error);
    }
    const mapping = handle?.attach?.() ?? handle?.map();
    if (mapping !== undefined) mapping.bytes[me] = 7;
    meet();
    if (mapping !== undefined) result.marks = [...mapping.bytes.slice(0, 2)];
    meet();
    if (me === 0) remove[kind](target);
    mapping?.unmap();
    handle?.close();
    return result;
  }));
`;

/** Runs rounds in two processes, and gives the results of each round. */
async function race(rounds: readonly Round[]): Promise<RoundResult[][]> {
  using meeting = SharedMemory.create(randomName(), { size: 4 });
  using cleanup = new DisposableStack();
  cleanup.defer(() => meeting.unlink());
  for (const round of rounds) cleanup.defer(() => removeLeft(round));
  const [first, second] = await Promise.all([0, 1].map(async (me) => {
    const args = [meeting.name, me, rounds].map((value) =>
      JSON.stringify(value)
    );
    const outcomes = await outcomesOf(RACER, undefined, { args });
    assertEquals(outcomes.rounds?.failure, undefined);
    const results: RoundResult[] = JSON.parse(
      JSON.stringify(outcomes.rounds?.value),
    );
    return results;
  }));
  return rounds.map((
    _,
    index,
  ) => [first?.[index] ?? {}, second?.[index] ?? {}]);
}

/** Removes what a round that failed has left. */
function removeLeft({ kind, target }: Round): void {
  if (kind === "file") return;
  try {
    if (kind === "object") SharedMemory.unlink(target);
    else Segment.open({ key: Number(target) }).remove();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Rounds of one kind. */
function repeat(
  count: number,
  kind: Round["kind"],
  second: Round["second"],
  target: () => string,
): Round[] {
  return Array.from(
    { length: count },
    () => ({ kind, second, target: target() }),
  );
}

/** Asserts that one process created and the other failed with EEXIST. */
function assertOneWins(results: readonly RoundResult[]): void {
  const winners = results.filter(({ created }) => created);
  const losers = results.filter(({ code }) => code === "EEXIST");
  const shown = Deno.inspect(results);
  assertEquals([winners.length, losers.length], [1, 1], shown);
  assertEquals([...winners[0]?.marks ?? []].sort(), [0, 7], shown);
}

/** Asserts that one created, the other opened, and both see both marks. */
function assertOtherOpens(results: readonly RoundResult[]): void {
  const shown = Deno.inspect(results);
  assertEquals(
    results.map(({ created }) => created).sort(),
    [false, true],
    shown,
  );
  for (const { marks } of results) assertEquals(marks, [7, 7], shown);
}

const ROUNDS = 40;

for (
  const [what, kind, target] of [
    ["Segment.create()", "segment", () => String(randomKey())],
    ["SharedMemory.create()", "object", randomName],
  ] as const
) {
  Deno.test(`${what} lets exactly one of two processes create, and the other open`, async () => {
    const results = await race([
      ...repeat(ROUNDS, kind, "fail", target),
      ...repeat(ROUNDS, kind, "open", target),
    ]);
    results.slice(0, ROUNDS).forEach(assertOneWins);
    results.slice(ROUNDS).forEach(assertOtherOpens);
  });
}

Deno.test("MappedFile.open() lets exactly one of two processes create, and the other open", async () => {
  const folder = Deno.makeTempDirSync();
  using cleanup = new DisposableStack();
  cleanup.defer(() => Deno.removeSync(folder, { recursive: true }));
  const target = () => `${folder}/${crypto.randomUUID()}`;
  const results = await race([
    ...repeat(ROUNDS, "file", "fail", target),
    ...repeat(ROUNDS, "file", "open", target),
  ]);
  results.slice(0, ROUNDS).forEach(assertOneWins);
  results.slice(ROUNDS).forEach(assertOtherOpens);
});

Deno.test('SharedMemory.create() with ifStale "replace" lets exactly one of two processes replace', async () => {
  const results = await race(repeat(ROUNDS, "object", "replace", randomName));
  results.forEach(assertOneWins);
});
