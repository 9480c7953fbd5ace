// Creating and opening while another process does the same, sizes that do not
// fit, and what a creation that fails leaves behind: nothing.

import { assert, assertEquals } from "../../../deps.ts";
import { MappedFile, Segment, SharedMemory } from "../../../mod.ts";
import { run } from "../../helpers/deno.ts";
import { withLimits } from "../../helpers/limits.ts";
import { randomKey, randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  assertRefused,
  assertSystemError,
  assertValue,
  outcomeOf,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";

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

Deno.test(needing(
  ["python3"],
  "SharedMemory.open() waits for a size when the creator has not set it yet",
  async () => {
    const name = randomName();
    using cleanup = new DisposableStack();
    cleanup.defer(() => SharedMemory.unlink(name));
    await using creator = new Deno.Command("python3", {
      args: [
        "-c",
        `
import _posixshmem, os, sys, time
fd = _posixshmem.shm_open(sys.argv[1], os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
print("created", flush=True)
time.sleep(0.2)
os.ftruncate(fd, 3333)
`,
        name,
      ],
      stdout: "piped",
    }).spawn();
    const reader = creator.stdout.getReader();
    await reader.read();
    using memory = SharedMemory.open(name, { timeoutMs: 30_000 });
    assertEquals(memory.size, 3333);
    using mapping = memory.map();
    assertEquals(mapping.byteLength, 3333);
    await reader.cancel();
  },
));

Deno.test("SharedMemory.open() fails with TimedOut when nobody sets the size", async () => {
  const name = randomName();
  await run(["touch", `/dev/shm${name}`]);
  using cleanup = new DisposableStack();
  cleanup.defer(() => SharedMemory.unlink(name));
  for (const timeoutMs of [0, 33]) {
    const { failure } = outcomeOf(() => SharedMemory.open(name, { timeoutMs }));
    assertEquals(failure?.name, "TimedOut");
    const says =
      `Cannot open shared memory "${name}": it is still empty after ${timeoutMs} ms`;
    assert(failure?.message.startsWith(says), failure?.message);
  }
  assertEquals(await openDescriptors(name), 0);
});

Deno.test("opening with a size that does not fit says both sizes", async () => {
  const name = randomName();
  const key = randomKey();
  const path = Deno.makeTempFileSync();
  using cleanup = new DisposableStack();
  cleanup.defer(() => Deno.removeSync(path));
  Deno.truncateSync(path, 3333);
  using memory = cleanup.use(SharedMemory.create(name, { size: 3333 }));
  cleanup.defer(() => memory.unlink());
  const segment = Segment.create({ key, size: 3333 });
  cleanup.defer(() => segment.remove());
  using nameless = SharedMemory.anonymous({ size: 3333 });
  const nowhere = `${nameless.path}`;

  const wrong = [4444, 2222];
  for (const size of wrong) {
    const calls = [
      () => SharedMemory.open(name, { size }),
      () => SharedMemory.create(name, { size, ifExists: "open" }),
      () => SharedMemory.openPath(nowhere, { size }),
      () => Segment.open({ key, size }),
      () => Segment.open({ id: segment.id, size }),
      () => Segment.create({ key, size, ifExists: "open" }),
      () => MappedFile.open(path, { size }),
      () => MappedFile.open(path, { create: "if-missing", size }),
    ];
    for (const call of calls) {
      assertRefused(
        outcomeOf(call),
        "RangeError",
        `it has 3333 bytes, and ${size} were expected`,
      );
    }
  }
  const minSize = 4444;
  const calls = [
    () => SharedMemory.open(name, { minSize }),
    () => SharedMemory.openPath(nowhere, { minSize }),
    () => Segment.open({ key, minSize }),
  ];
  for (const call of calls) {
    assertRefused(
      outcomeOf(call),
      "RangeError",
      "it has 3333 bytes, and at least 4444 were expected",
    );
  }
  // This test's own handle, and none of those that failed.
  assertEquals(await openDescriptors(name), 1);
  assertEquals(await openDescriptors(path), 0);
  assertEquals(SharedMemory.open(name, { minSize: 3333 }).close(), undefined);
  assertEquals(Deno.statSync(path).size, 3333);
});

Deno.test("MappedFile.open() leaves no file and no descriptor when it cannot be sized", async () => {
  const folder = Deno.makeTempDirSync();
  using cleanup = new DisposableStack();
  cleanup.defer(() => Deno.removeSync(folder, { recursive: true }));
  const path = `${folder}/file`;
  const size = 2 ** 52;
  for (const create of ["exclusive", "if-missing"] as const) {
    const { failure } = outcomeOf(() =>
      MappedFile.open(path, { create, size })
    );
    // File systems that could be so large have no room for it.
    assert(
      ["EFBIG", "ENOSPC"].includes(`${failure?.code}`),
      Deno.inspect(failure),
    );
    assertEquals([...Deno.readDirSync(folder)], []);
  }
  assertEquals(await openDescriptors(path), 0);
});

Deno.test("SharedMemory.anonymous() leaves no descriptor when its pages cannot be had", async () => {
  const label = `shmem-test-${crypto.randomUUID().slice(0, 8)}`;
  const options = { size: 2 ** 50, label, hugePages: "2MB" } as const;
  const { failure } = outcomeOf(() => SharedMemory.anonymous(options));
  assertEquals(failure?.code, "ENOSPC");
  assertEquals(await openDescriptors(label), 0);
});

Deno.test(needing(
  ["prlimit", "native"],
  "Segment.create() leaves no segment when it cannot be attached to be marked",
  async () => {
    const outcomes = await outcomesOf(
      `
        import { Segment } from "mod.ts";
        const size = 2 ** 38 + 12_345;
        const removeOnLastDetach = true;
        attempt("create", () =>
          Segment.create({ size, noReserve: true, removeOnLastDetach }));
        attempt("left", () =>
          Segment.list().filter((segment) =>
            segment.size === size && segment.creatorPid === Deno.pid).length);
      `,
      (command) => withLimits({ as: 2 ** 37 }, command),
    );
    assertSystemError(outcomes.create, {
      name: "SystemError",
      code: "ENOMEM",
      syscall: "shmat",
      says: ["Cannot attach segment"],
    });
    assertValue(outcomes.left, 0);
  },
));

/** Counts the open descriptors of this process whose target has a text. */
async function openDescriptors(text: string): Promise<number> {
  const { stdout } = await run(["ls", "-l", `/proc/${Deno.pid}/fd`]);
  return stdout.split("\n").filter((line) => line.includes(text)).length;
}
