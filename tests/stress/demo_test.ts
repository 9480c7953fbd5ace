import { assert, assertEquals, assertMatch } from "../../deps.ts";
import { type Ended, projectPath, run } from "../helpers/deno.ts";
import { needing } from "../helpers/needs.ts";

// The demo starts Deno by itself, without the emulator in front.

/** The command line of the demo task, with the permissions that it has there. */
function demoCommand(...args: string[]): string[] {
  const config = JSON.parse(Deno.readTextFileSync(projectPath("deno.json")));
  const task: string = config.tasks.demo.command;
  const words = task
    .replace("$(deno eval -p 'Deno.execPath()')", Deno.execPath())
    .replaceAll('"', "")
    .split(" ");
  assertEquals(words.shift(), "deno");
  assertEquals(words.pop(), "demo/main.ts");
  return [Deno.execPath(), ...words, projectPath("demo/main.ts"), ...args];
}

/** A file that goes with the block. */
function temporaryFile(
  bytes: Uint8Array<ArrayBuffer>,
): Disposable & { path: string } {
  const path = Deno.makeTempFileSync({ prefix: "shmem-test-" });
  Deno.writeFileSync(path, bytes);
  return { path, [Symbol.dispose]: () => Deno.removeSync(path) };
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const most = 65536;
  for (let start = 0; start < length; start += most) {
    crypto.getRandomValues(bytes.subarray(start, start + most));
  }
  return bytes;
}

/** One line on stderr that says why, exit code 1, and nothing of the inside. */
function assertOneLine({ code, stderr }: Ended, reason: RegExp): void {
  assertMatch(stderr, /^[^\n]+\n$/);
  assertMatch(stderr, reason);
  assertEquals(code, 1);
}

Deno.test(needing(
  ["native"],
  "the demo shows time, bytes copied and memory of each way, in which all find the same",
  async () => {
    using file = temporaryFile(randomBytes(4_234_567));

    const { code, stdout, stderr } = await run(demoCommand(file.path));

    assertEquals(stderr, "");
    assertEquals(code, 0);
    assertMatch(stdout, /time.+bytes copied.+memory/);
    // Sharing copies into memory once; a stream out of the file, and into and
    // out of the kernel for each process.
    assertMatch(stdout, /frames .+ shared memory .+ ms .+ 221 MB /);
    assertMatch(stdout, /pipes .+ ms .+ × .+ 1\.55 GB /);
    assertMatch(stdout, /Unix socket .+ ms .+ × .+ 1\.55 GB /);
    assertMatch(stdout, /look-ups .+ shared memory .+ ms .+ 4\.23 MB /);
    assertMatch(stdout, /once .+ shared memory .+ ms .+ 4\.23 MB /);
    assertMatch(stdout, /^All ways found the same in every process\.$/m);
  },
));

Deno.test(needing(
  ["native"],
  "the demo shares a file of one byte, of which three processes get nothing",
  async () => {
    using file = temporaryFile(new Uint8Array([42]));

    const { code, stdout, stderr } = await run(demoCommand(file.path));

    assertEquals(stderr, "");
    assertEquals(code, 0);
    assertMatch(stdout, /once .+ shared memory .+ ms .+ 1 B /);
    assertMatch(stdout, /^All ways found the same in every process\.$/m);
  },
));

Deno.test(needing(
  ["native"],
  "the demo says in one line why it cannot share a file",
  async () => {
    using empty = temporaryFile(new Uint8Array());
    const folder = projectPath("demo");
    const missing = `${empty.path}-missing`;

    assertOneLine(await run(demoCommand(missing)), /missing: .*no such file/);
    assertOneLine(await run(demoCommand(empty.path)), /: it is empty/);
    assertOneLine(await run(demoCommand(folder)), /: it is a directory/);
    assertOneLine(await run(demoCommand("/dev/null")), /not a regular file/);
    assertOneLine(await run(demoCommand("a", "b")), /^Usage: /);
  },
));

Deno.test(needing(
  ["native", "root", "setpriv"],
  "the demo says in one line that a file may not be read",
  async () => {
    using file = temporaryFile(randomBytes(333));
    Deno.chmodSync(file.path, 0);
    // Root may read every file, unless it gives up these two capabilities.
    const drop = "-dac_override,-dac_read_search";
    const ended = await run([
      "setpriv",
      `--bounding-set=${drop}`,
      `--inh-caps=${drop}`,
      ...demoCommand(file.path),
    ]);
    assertOneLine(ended, /: it may not be read/);
  },
));

Deno.test(needing(
  ["native", "unshare"],
  "the demo does without room in /dev/shm, as in a container, and leaves nothing there",
  async () => {
    using file = temporaryFile(randomBytes(1_234_567));
    const script =
      'mount -t tmpfs -o size=1m none /dev/shm && "$@"; code=$?; ls /dev/shm; exit $code';
    const ended = await run([
      "unshare",
      "-m",
      "sh",
      "-c",
      script,
      "sh",
      ...demoCommand(file.path),
    ]);
    assertEquals({ code: ended.code, stderr: ended.stderr }, {
      code: 0,
      stderr: "",
    });
    assert(!/^shmem/m.test(ended.stdout), ended.stdout);
  },
));

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(needing(
    ["native"],
    `the demo leaves no process behind on ${signal}`,
    async () => {
      // Enough to be under way for longer than it takes to be seen, and not too
      // much for the /dev/shm of a container.
      using file = temporaryFile(new Uint8Array(50_000_003));
      const { demo, ended, children } = await startedWithChildren(file.path);
      demo.kill(signal);
      const { code: exitCode, stderr } = await ended;

      assertEquals(new TextDecoder().decode(stderr), "");
      assertEquals(exitCode, code);
      // Killed processes take a moment to go. A watchdog, not a bound.
      for (let looks = 1000; looks > 0; looks--) {
        const running = (await processes()).map(({ id }) => id);
        if (!children.some(({ id }) => running.includes(id))) return;
        await pause();
      }
      throw new Error("Processes of the demo are still running");
    },
  ));
}

/** Starts the demo, and waits until it has started others. */
async function startedWithChildren(path: string) {
  const [command = "", ...args] = demoCommand(path);
  // On a busy machine it may be over before anybody looks: once more.
  for (let attempt = 0; attempt < 10; attempt++) {
    const demo = new Deno.Command(command, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const { pid } = demo;
    const ended = demo.output();
    let over = false;
    ended.then(() => over = true);
    while (!over) {
      const all = await processes();
      const children = all.filter(({ parent }) => parent === pid);
      if (children.length >= 3 && !over) return { demo, ended, children };
      await pause();
    }
  }
  throw new Error("the demo ended before it could be interrupted");
}

/** All processes that run now, with what identifies each for good. */
async function processes(): Promise<{ id: string; parent: number }[]> {
  const { stdout } = await run(["sh", "-c", "cat /proc/[0-9]*/stat"]);
  return stdout.trim().split("\n").map((line) => {
    // pid (command) state parent …, and the start time as field 22
    const [pid] = line.split(" ");
    const rest = line.slice(line.lastIndexOf(")") + 2).split(" ");
    const [state, parent] = rest;
    return { id: `${pid}@${rest[19]}`, parent: Number(parent), state };
  }).filter(({ state }) => state !== "Z");
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
