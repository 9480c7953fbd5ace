// Who removes what: closing never does, a process that opened never does, and
// what a killed process left can be told from what is in use.

import { assertEquals } from "../../../deps.ts";
import { Segment, SharedMemory } from "../../../mod.ts";
import { denoRun, ROOT } from "../../helpers/deno.ts";
import { randomKey, randomName } from "../../helpers/names.ts";
import {
  assertRefused,
  assertSystemError,
  outcomeOf,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";

/** A process that holds what it made, until it is killed. */
interface Holder extends AsyncDisposable {
  /** The one line that it printed. */
  readonly line: string;
  /** Kills it with SIGKILL, which it cannot notice, and waits for its end. */
  kill(): Promise<void>;
}

/**
 * Starts a process that runs a program to its end, which prints one line, and
 * then waits to be killed.
 */
async function startHolder(
  source: string,
  args: readonly string[],
): Promise<Holder> {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  const module = JSON.stringify(new URL("mod.ts", ROOT).href);
  await Deno.writeTextFile(
    script,
    `${source.replaceAll('"mod.ts"', module)}
     Deno.stdin.readSync(new Uint8Array(1));`,
  );
  const [command = "", ...head] = denoRun(script, { args });
  const child = new Deno.Command(command, {
    args: head,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  await Deno.remove(script);
  let ended = false;
  const kill = async () => {
    if (ended) return;
    ended = true;
    child.kill("SIGKILL");
    await child.status;
    await child.stdin.close();
    await reader.cancel();
  };
  return {
    line: new TextDecoder().decode(value).trim(),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

const HOLD_OBJECT = `
  import { SharedMemory } from "mod.ts";
  const memory = SharedMemory.create(Deno.args[0], { size: 7777 });
  const mapping = memory.map();
  mapping.bytes.fill(7);
  // The mapping alone keeps the object in use.
  memory.close();
  console.log("holding");
`;

const HOLD_SEGMENT = `
  import { Segment } from "mod.ts";
  const segment = Segment.create({ size: 7777, removeOnLastDetach: true });
  const mapping = segment.attach();
  mapping.bytes.fill(7);
  console.log(segment.id);
`;

Deno.test("closing and unmapping leave a named object where it is", () => {
  const name = randomName();
  using cleanup = new DisposableStack();
  cleanup.defer(() => SharedMemory.unlink(name));
  {
    using memory = SharedMemory.create(name, { size: 3333 });
    using mapping = memory.map();
    mapping.bytes.fill(7);
  }
  using memory = SharedMemory.open(name);
  using mapping = memory.map();
  assertEquals([memory.created, mapping.bytes.at(-1)], [false, 7]);
});

Deno.test("closing and detaching leave a segment where it is", () => {
  const key = randomKey();
  {
    using segment = Segment.create({ key, size: 3333 });
    using mapping = segment.attach();
    mapping.bytes.fill(7);
  }
  const segment = Segment.open({ key });
  using cleanup = new DisposableStack();
  cleanup.defer(() => segment.remove());
  using mapping = segment.attach();
  assertEquals([segment.created, mapping.bytes.at(-1)], [false, 7]);
});

Deno.test("a process that opens, uses, closes and ends removes nothing", async () => {
  const name = randomName();
  using cleanup = new DisposableStack();
  using memory = SharedMemory.create(name, { size: 3333 });
  cleanup.defer(() => memory.unlink());
  const segment = Segment.create({ size: 3333 });
  cleanup.defer(() => segment.remove());
  const outcomes = await outcomesOf(
    `
      import { Segment, SharedMemory } from "mod.ts";
      attempt("write", () => {
        using memory = SharedMemory.open(Deno.args[0]);
        using segment = Segment.open({ id: Number(Deno.args[1]) });
        for (const mapping of [memory.map(), segment.attach()]) {
          mapping.bytes.fill(7);
          mapping.unmap();
        }
        // What the end of the process does to what is left open.
        SharedMemory.open(Deno.args[0]).map();
        segment.attach();
      });
    `,
    undefined,
    { args: [name, String(segment.id)] },
  );
  assertEquals(outcomes.write, {});
  using again = SharedMemory.open(name);
  for (using mapping of [again.map(), segment.attach()]) {
    assertEquals(mapping.bytes.at(-1), 7);
  }
  assertEquals(segment.status().attachments, 0);
});

Deno.test('ifStale "replace" replaces what a killed process left, and only that', async () => {
  const name = randomName();
  using cleanup = new DisposableStack();
  await using holder = await startHolder(HOLD_OBJECT, [name]);
  cleanup.defer(() => SharedMemory.unlink(name));
  const replace = { size: 3333, ifStale: "replace" } as const;

  assertSystemError(outcomeOf(() => SharedMemory.create(name, replace)), {
    name: "AlreadyExists",
    code: "EEXIST",
    syscall: "shm_open",
    says: [
      `Cannot create shared memory "${name}"`,
      "another process has it open",
    ],
  });
  // The process that asked has changed nothing.
  using old = SharedMemory.open(name, { size: 7777 });
  using oldMapping = old.map();
  assertEquals(oldMapping.bytes.at(-1), 7);
  oldMapping.unmap();
  old.close();

  await holder.kill();
  assertSystemError(
    outcomeOf(() => SharedMemory.create(name, { size: 3333 })),
    {
      name: "AlreadyExists",
      code: "EEXIST",
      syscall: "shm_open",
      says: ['ifStale: "replace"'],
    },
  );
  using memory = SharedMemory.create(name, replace);
  using mapping = memory.map();
  assertEquals(
    [memory.created, memory.size, mapping.bytes.at(0), mapping.bytes.at(-1)],
    [true, 3333, 0, 0],
  );
});

Deno.test("removeOnLastDetach lets others attach by id, and goes with the last of them", async () => {
  await using holder = await startHolder(HOLD_SEGMENT, []);
  const id = Number(holder.line);
  using segment = Segment.open({ id, size: 7777 });
  using mapping = segment.attach();
  assertEquals(mapping.bytes.at(-1), 7);
  assertEquals(segment.status().removed, true);

  await holder.kill();
  assertEquals(segment.status().attachments, 1);
  assertEquals(mapping.bytes.at(-1), 7);
  mapping.unmap();
  assertGone(id);
});

Deno.test("removeOnLastDetach leaves nothing when every user is killed", async () => {
  await using holder = await startHolder(HOLD_SEGMENT, []);
  const id = Number(holder.line);
  await using other = await startHolder(
    `
      import { Segment } from "mod.ts";
      const segment = Segment.open({ id: Number(Deno.args[0]) });
      const mapping = segment.attach();
      console.log(mapping.bytes.at(-1));
    `,
    [holder.line],
  );
  assertEquals(other.line, "7");
  await holder.kill();
  using segment = Segment.open({ id });
  assertEquals(segment.status().attachments, 1);
  await other.kill();
  assertGone(id);
});

Deno.test("removeOnLastDetach goes with its handle when nobody else attached", () => {
  const segment = Segment.create({ size: 3333, removeOnLastDetach: true });
  assertEquals(segment.status().attachments, 1);
  segment.close();
  segment.close();
  assertGone(segment.id);
});

Deno.test("removeOnLastDetach holds together with ifExists", () => {
  using segment = Segment.create({
    size: 3333,
    removeOnLastDetach: true,
    ifExists: "open",
  });
  using cleanup = new DisposableStack();
  const { removed } = segment.status();
  if (!removed) cleanup.defer(() => segment.remove());
  assertEquals(removed, true);
});

Deno.test("removeOnLastDetach is refused with a key, which it would take away", () => {
  const key = randomKey();
  const options = { size: 3333, key, removeOnLastDetach: true };
  assertRefused(
    outcomeOf(() => Segment.create(options)),
    "TypeError",
    "with removeOnLastDetach",
    "leave the key out, and pass the id",
  );
  const { failure } = outcomeOf(() => Segment.open({ key }));
  assertEquals(failure?.code, "ENOENT");
});

/** Asserts that a segment no longer exists. */
function assertGone(id: number): void {
  assertSystemError(outcomeOf(() => Segment.open({ id })), {
    name: "SystemError",
    code: "EINVAL",
    syscall: "shmctl",
    says: [`Cannot open segment with id ${id}: there is no segment`],
  });
}
