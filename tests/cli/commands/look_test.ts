import { assert, assertEquals, assertMatch, join } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Mutex } from "../../../sync/mod.ts";
import { run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { jsonLines, shmem, shmemLine } from "../helpers.ts";
import { takePart } from "../partners.ts";
import { temporaryName } from "../../helpers/cli/temporary.ts";

Deno.test("shmem list prints a table, JSON Lines or names, and exits with 1 for nothing", async () => {
  using place = temporaryName();
  using _memory = SharedMemory.create(place.name, { size: 3333 });
  const table = await shmem(["list", place.name]);
  assertEquals(table.code, 0);
  assertMatch(
    table.stdout,
    /^NAME +KIND .*\n\/shmem-test-\S+ +object .* in use\n$/,
  );
  const json = await shmem(["list", "--json", `${place.name}*`]);
  const [entry, ...rest] = jsonLines(json);
  assertEquals(rest, []);
  assertEquals([entry.name, entry.size], [place.name, 3333]);
  assertEquals([entry.inUse, entry.processes], [true, 1]);
  const names = await shmem(["list", "--names", place.name]);
  assertEquals(names.stdout, `${place.name}\n`);
  const none = await shmem(["list", "--kind", "map", place.name]);
  assertEquals([none.code, none.stdout], [1, ""]);
  const mistyped = await shmem(["list", "--kind", "chanel", place.name]);
  assertEquals([mistyped.code, mistyped.stdout], [2, ""]);
  assertMatch(
    mistyped.stderr,
    /--kind must be one of object, channel, .*: rec/,
  );
});

Deno.test("shmem info tells what is there, and exits with 1 when something is bad", async () => {
  using place = temporaryName();
  using memory = SharedMemory.create(place.name, { size: 4096 });
  using mapping = memory.map();
  const mutex = Mutex.create(mapping.bytes, 128);
  using _guard = mutex.lock();
  const held = await shmem(["info", place.name, "--lock", "128", "--json"]);
  assertEquals(held.code, 0);
  const [{ locks, findings }] = jsonLines(held);
  assertEquals(locks[0].state, "held");
  assertEquals(locks[0].ownerPid, Deno.pid);
  assertMatch(findings[0].text, new RegExp(`held by process ${Deno.pid} `));

  const none = await shmem(["info", `${place.name}-other`]);
  assertEquals([none.code, none.stdout], [1, ""]);
  assertMatch(none.stderr, /there is no .*; shmem list shows/);
  const wrong = await shmem(["info", place.name, "--interval", "5"]);
  assertEquals([wrong.code, wrong.stdout], [2, ""]);
});

Deno.test("a channel that stands still is explained within three commands", async () => {
  using place = temporaryName();
  await using receiver = await takePart("receiver", place.name);
  await using sender = await takePart("sender", place.name);
  receiver.signal("SIGSTOP");

  // First: what is full?
  const listed = await shmem(["list", place.name]);
  assertMatch(listed.stdout, /channel-many +ticks .* 9\d % /);
  // Second: why?
  const told = await shmem(["info", place.name]);
  assertEquals(told.code, 1);
  assertMatch(
    told.stdout,
    /it is full \(9\d %, \d+ messages, .*\): senders wait/,
  );
  assertMatch(
    told.stdout,
    new RegExp(
      `the receiver \\(process ${receiver.pid}, .*\\) is there, but stopped`,
    ),
  );
  assertMatch(
    told.stdout,
    new RegExp(`the sender \\(process ${sender.pid}, .*\\) is there`),
  );
  // Third: which programs are these?
  const holders = await shmem(["who", place.name]);
  assertEquals(holders.code, 0);
  const lines = holders.stdout.split("\n");
  const lineOf = (pid: number) =>
    lines.find((line) => line.trim().startsWith(`${pid} `)) ?? "";
  assertMatch(lineOf(receiver.pid), / stopped .*participant\.ts receiver/);
  assertMatch(lineOf(sender.pid), /participant\.ts sender/);

  await receiver.kill();
  const after = await shmem(["info", place.name]);
  assertEquals(after.code, 1);
  assertMatch(after.stdout, /nobody receives: the receiver .* has died/);
});

Deno.test("shmem who tells of nobody with 1, and of holders of a removed name", async () => {
  using place = temporaryName();
  const memory = SharedMemory.create(place.name, { size: 100 });
  const [holder] = jsonLines(await shmem(["who", place.name, "--json"]));
  assertEquals([holder.pid, holder.deleted], [Deno.pid, false]);
  memory.unlink();
  const removed = await shmem(["who", place.name]);
  assertEquals(removed.code, 0);
  assertMatch(removed.stdout, / removed /);
  memory.close();
  const nobody = await shmem(["who", place.name]);
  assertEquals([nobody.code, nobody.stdout], [1, ""]);
  assertMatch(nobody.stderr, /There is no /);
});

Deno.test("shmem dump prints bytes in hexadecimal, raw, and by a struct", async () => {
  using place = temporaryName();
  using memory = SharedMemory.create(place.name, { size: 3333 });
  using mapping = memory.map();
  mapping.bytes.set(new TextEncoder().encode("hello\x1b[2J"), 16);
  const hex = await shmem(["dump", place.name, "--length", "64"]);
  assertEquals(
    hex.stdout,
    `00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
00000010  68 65 6c 6c 6f 1b 5b 32  4a 00 00 00 00 00 00 00  |hello.[2J.......|
00000020  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
00000030  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
`,
  );
  const raw = await shmem(["dump", place.name, "--all", "--raw"]);
  assertEquals(new TextEncoder().encode(raw.stdout).byteLength, 3333);
  const behind = await shmem(["dump", place.name, "--offset=3333"]);
  assertEquals(behind.code, 1);
  assertMatch(behind.stderr, /from 3333 on: it has 3333 bytes/);

  const folder = await Deno.makeTempDir({ prefix: "shmem-test-" });
  try {
    const file = join(folder, "quote.ts");
    const module = new URL("../../../struct/mod.ts", import.meta.url);
    await Deno.writeTextFile(
      file,
      `import { chars, struct, u64 } from "${module}";
      export const Quote = struct({ id: u64, name: chars(8) });\n`,
    );
    new DataView(mapping.bytes.buffer).setBigUint64(8, 2n ** 60n, true);
    const dumped = await shmem([
      "dump",
      place.name,
      "--offset=8",
      `--struct=${file}#Quote`,
      "--json",
    ]);
    assertEquals(dumped.stderr, "");
    const [{ at, values }] = jsonLines(dumped);
    assertEquals([at, values], [8, {
      id: "1152921504606846976",
      name: "hello\x1b[2",
    }]);
    const missing = await shmem([
      "dump",
      place.name,
      `--struct=${file}#Quite`,
    ]);
    assertEquals(missing.code, 2);
    assertMatch(missing.stderr, /exports no struct Quite, but Quote/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("shmem top prints as many looks as it was asked for", async () => {
  using place = temporaryName();
  await using _publisher = await takePart("publisher", place.name);
  const args = ["top", place.name, "--count=2", "--interval=50ms", "--json"];
  const looks = jsonLines(await shmem(args));
  assertEquals(looks.length, 2);
  for (const look of looks) {
    assertEquals([look.kind, look.broadcast.messages], ["broadcast", 5]);
    assertEquals(look.rates.messagesPerSecond, 0);
  }
});

Deno.test(needing(
  ["native", "script"],
  "Ctrl-C ends shmem top with 0, and the terminal is as it was",
  async () => {
    using place = temporaryName();
    using _memory = SharedMemory.create(place.name, { size: 100 });
    const line = shmemLine(["top", place.name, "--interval", "100ms"])
      .map((word) => `'${word}'`).join(" ");
    // Settings of the terminal before and after, and the exit status. Ctrl-C is
    // for the shell, too, which not every shell lives through without a trap.
    const script = `trap : INT; stty -a; ${line}; echo "status $?"; stty -a`;
    const child = new Deno.Command("script", {
      args: ["-qec", script, "/dev/null"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    const decoder = new TextDecoder();
    let text = "";
    let isInterrupted = false;
    for await (const part of child.stdout) {
      text += decoder.decode(part, { stream: true });
      // Twice drawn: it lives.
      if (!isInterrupted && text.split(place.name).length > 3) {
        isInterrupted = true;
        await writer.write(new Uint8Array([3]));
      }
    }
    await writer.close();
    await child.status;
    const [before = "", rest = ""] = text.split("\x1b[?1049h");
    const [drawn = "", after = ""] = rest.split("\x1b[?1049l");
    assert(drawn.startsWith("\x1b[?25l"), text);
    assert(drawn.endsWith("\x1b[?25h"), text);
    assertMatch(after, /status 0/);
    const settings = (text: string) => /speed[^]*/.exec(text)?.[0].trim();
    assertEquals(settings(after), settings(before));
  },
));

Deno.test(needing(
  ["native", "script"],
  "colours are for terminals, and never with NO_COLOR",
  async () => {
    using place = temporaryName();
    using _memory = SharedMemory.create(place.name, { size: 100 });
    const line = shmemLine(["list", place.name])
      .map((word) => `'${word}'`).join(" ");
    const onTerminal = async (env: Record<string, string>) => {
      const words = ["script", "-qec", line, "/dev/null"];
      return (await run(words, { env })).stdout;
    };
    assert(
      (await onTerminal({ TERM: "xterm", NO_COLOR: "" })).includes(
        "\x1b[1m/shmem-test-",
      ),
    );
    const plain = await onTerminal({ TERM: "xterm", NO_COLOR: "1" });
    assert(plain.includes(place.name) && !plain.includes("\x1b["), plain);
    assert(!(await shmem(["list", place.name])).stdout.includes("\x1b["));
  },
));

Deno.test("shmem ends quietly when nobody reads on", async () => {
  using place = temporaryName();
  using _memory = SharedMemory.create(place.name, { size: 4 * 1024 * 1024 });
  const line = shmemLine(["dump", place.name, "--all", "--json"])
    .map((word) => `'${word}'`).join(" ");
  const { stdout, stderr } = await run([
    "bash",
    "-c",
    `set -o pipefail; ${line} | head -c 10; echo " $?"`,
  ]);
  assertEquals([stdout, stderr], ['{"name":"/ 0\n', ""]);
});
