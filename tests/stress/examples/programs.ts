/**
 * What the programs of `examples/`, and their twins in C, must do together,
 * whichever of the two languages each side is written in.
 *
 * @module
 */

import { existsSync } from "node:fs";
import {
  assert,
  assertEquals,
  assertMatch,
  assertThrows,
} from "../../../deps.ts";
import { ftok, Segment, SharedMemory } from "../../../mod.ts";
import { compile, type Compiled } from "../../helpers/cc.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { randomKey } from "../../helpers/names.ts";
import { deadline } from "../../helpers/deadline.ts";
import { Program } from "../../helpers/peers/program.ts";

/** What an alphabet's parent writes. */
export const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** A key, as an argument. */
export const freshKey = () => String(randomKey());

/** The command of an example in Deno, with the permissions of its first line. */
export function deno(name: string, ...args: string[]): string[] {
  const path = pathIn("examples", `${name}.ts`);
  const script = projectPath(path);
  const [first = ""] = Deno.readTextFileSync(script).split("\n");
  const found = first.match(
    /^\/\/ deno run((?: --allow-[a-z-]+)*) (examples\/\w+\/\w+\.ts)/,
  );
  assert(
    found !== null,
    `${name}.ts does not start with its command: ${first}`,
  );
  const [, permissions = "", named = ""] = found;
  assertEquals(named, path);
  return denoRun(script, {
    permissions: permissions.split(" ").filter((flag) => flag !== ""),
    args,
  });
}

/** Compiles a twin in C. */
export async function twinOf(name: string): Promise<Compiled> {
  return await compile(pathIn("tests/peers/c", `${name}.c`));
}

/** Where a file lies in the folders of a folder, from the project's. */
function pathIn(folder: string, file: string): string {
  for (const { name } of Deno.readDirSync(projectPath(folder))) {
    const path = `${folder}/${name}/${file}`;
    if (existsSync(projectPath(path))) return path;
  }
  throw new Error(`no folder of ${folder} has ${file}`);
}

/** A file in a folder of its own, that the end of a block removes. */
export function temporaryFile(): { readonly path: string } & Disposable {
  const folder = Deno.makeTempDirSync({ prefix: "shmem-example-" });
  return {
    path: `${folder}/file`,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** Runs a program that must end well, and gives what it printed. */
export async function output(command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

/** Runs a program that must fail with one line. */
export async function failure(command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command);
  assertEquals([code, stdout], [1, ""], stderr);
  assertMatch(stderr, /^[^\n]+\n$/);
  return stderr.trimEnd();
}

/** Checks what `segment_tour` prints. */
export function checkTour(text: string): void {
  assertMatch(
    text,
    /^shared memory attached at address 0x[0-9a-f]+\nsegment size: 25600\nshared memory reattached at address 0x5000000\nHello, world\.\n$/,
  );
}

/** Checks what an alphabet's parent and child print. */
export function checkAlphabet(text: string): void {
  // The two print when they like.
  assertEquals(text.split("\n").sort(), [
    "",
    `Reading: ${LETTERS}`,
    `Writing: ${LETTERS}`,
    LETTERS,
  ]);
}

/** Types letters into a client, and checks that its server shows them. */
export async function passLetters(
  serverCommand: readonly string[],
  clientCommand: readonly string[],
  key: number,
): Promise<void> {
  // As an interrupted server leaves it: the next one starts with no letter.
  using segment = Segment.create({ key, size: 1 });
  using _leftover = { [Symbol.dispose]: () => removeIfThere(key) };
  using mapping = segment.attach();
  mapping.bytes[0] = 33;
  await using server = Program.start(serverCommand);
  await deadline(becomesZero(mapping.bytes), () => "the server does not start");
  await using client = Program.start(clientCommand);
  for (const letter of "xyq") {
    await client.tell(letter);
    assertEquals(await server.line(), `You pressed ${letter}`);
  }
  const ended = { code: 0, stdout: "", stderr: "" };
  assertEquals(await client.end(), ended);
  assertEquals(await server.end(), ended);
  assertEquals(segment.status().removed, true);
}

async function becomesZero(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  while (bytes.length > 0 && Atomics.load(bytes, 0) !== 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Removes what a failed check would leave behind. */
function removeIfThere(key: number): void {
  try {
    Segment.open({ key }).remove();
  } catch {
    // Nothing was left, as it should be.
  }
}

/** The one side creates and receives, the other sends and removes. */
export async function passMessage(
  name: string,
  receiver: (word: string) => string[],
  sender: (word: string) => string[],
): Promise<void> {
  using cleanup = new DisposableStack();
  cleanup.defer(() => unlinkIfThere(name));
  assertEquals(
    await output(receiver("create")),
    "Shared Memory Region successfully created\n",
  );
  using memory = SharedMemory.open(name, { size: 8196, access: "read" });
  await using receiving = Program.start(receiver("receive"));
  assertMatch(await receiving.line(), /^RCV: Memory attached at [0-9A-F]+$/);
  assertEquals(await receiving.line(), "iflag is now = 8");
  assertMatch(
    await output(sender("send")),
    /^SEND: Memory attached at [0-9A-F]+\nSEND has successfully completed\n$/,
  );
  assertEquals(await receiving.end(), {
    code: 0,
    stdout: "RCV has successfully completed\niflag is now = 1\n",
    stderr: "",
  });
  assertEquals(
    await output(sender("remove")),
    "Shared Memory Region successfully destroyed\n",
  );
  assertEquals(memory.status().unlinked, true);
}

function unlinkIfThere(name: string): void {
  try {
    SharedMemory.unlink(name);
  } catch {
    // Nothing was left, as it should be.
  }
}

/** Lets one program write a number into a file, and another double it. */
export async function doubleNumber(
  writer: readonly string[],
  doubler: readonly string[],
  path: string,
): Promise<void> {
  assertEquals(await output(writer), "");
  const number = await numberIn(path);
  assert(Number.isInteger(number) && Math.abs(number) <= 100, `${number}`);
  assertEquals(await output(doubler), `value: ${number}\n`);
  assertEquals(await numberIn(path), 2 * number);
}

async function numberIn(path: string): Promise<number> {
  const text = await Deno.readTextFile(path);
  assertEquals(text.length, 0x102);
  assertMatch(text, /^-?\d+\n\0/);
  return parseInt(text);
}

/** Lets a server change the number that a client has in a segment. */
export async function changeById(
  clientCommand: readonly string[],
  serverCommand: (id: string) => string[],
): Promise<void> {
  await using client = Program.start(clientCommand);
  const started = await client.hear("Start other process-->");
  const found = started.match(
    /^Allocated with shm id (\d+)\nAttached --> Mem contents 0\nStart/,
  );
  assert(found !== null, started);
  const [, id = ""] = found;
  using cleanup = new DisposableStack();
  cleanup.defer(() => removeIdIfThere(Number(id)));
  assertEquals(
    await output(serverCommand(id)),
    `Id is ${id}\nAttached--> Mem contents 100\nChanged mem is now 200\nDetachment 0\n`,
  );
  await client.tell("");
  assertEquals(await client.end(), {
    code: 0,
    stdout: "mem is now 200\nRemoved 0\n",
    stderr: "",
  });
  assertThrows(() => Segment.open({ id: Number(id) }), Error, "EINVAL");
}

function removeIdIfThere(id: number): void {
  try {
    Segment.open({ id }).remove();
  } catch {
    // Nothing was left, as it should be.
  }
}

/** Lets one program leave a message, and another find it by the same file. */
export async function findByFile(
  leave: (path: string) => string[],
  find: (path: string) => string[],
  message: string,
): Promise<void> {
  using file = temporaryFile();
  await Deno.writeTextFile(file.path, "any file will do");
  const key = ftok(file.path, "A");
  using _leftover = { [Symbol.dispose]: () => removeIfThere(key) };
  const [first = "", left] = (await output(leave(file.path))).split("\n");
  assertEquals(left, "Left a message");
  using segment = Segment.open({ key, size: 1024 });
  const shown = `key 0x${(key >>> 0).toString(16)} has shm id ${segment.id}`;
  assertEquals(first, shown);
  assertEquals(segment.status().mode, 0o644);
  assertEquals(
    await output(find(file.path)),
    `${shown}\nFound a message: ${message}\n`,
  );
  assertThrows(() => Segment.open({ key }), Deno.errors.NotFound, "ENOENT");
}

/** A client is told letters up to a q; its server shows each, and both end. */
export async function tellLetters(
  client: Program,
  server: Program,
): Promise<void> {
  const letters = "aabcbaxyzzzzyq";
  await client.tell(letters);
  for (const letter of letters) {
    assertEquals(await server.line(), `You pressed ${letter}`);
  }
  const ended = { code: 0, stdout: "", stderr: "" };
  assertEquals(await client.end(), ended);
  assertEquals(await server.end(), ended);
}
