import {
  assert,
  assertEquals,
  assertMatch,
  assertThrows,
} from "../../../deps.ts";
import { parseDuration } from "../../../cli/arguments/duration.ts";
import { parseMode } from "../../../cli/arguments/mode.ts";
import { parseSize } from "../../../cli/arguments/size.ts";
import { UsageError } from "../../../cli/command.ts";
import { COMMANDS } from "../../../cli/commands.ts";
import { scriptFor, SHELLS } from "../../../cli/completion/scripts.ts";
import { suggest } from "../../../cli/suggest.ts";
import {
  showDuration,
  showPart,
  showSize,
} from "../../../cli/terminal/units.ts";
import { widthOf } from "../../../cli/terminal/width.ts";
import { printable } from "../../../memory/checks/printable.ts";
import { run } from "../../helpers/deno.ts";
import { shmem, shmemProcess } from "../helpers.ts";

Deno.test("shmem without arguments prints the overview and exits with 2", async () => {
  const { code, stdout } = await shmemProcess([]);
  assertEquals(code, 2);
  for (const { name, summary } of COMMANDS) {
    assert(stdout.includes(`${name} `), name);
    assert(stdout.includes(summary), summary);
  }
});

Deno.test("shmem help prints usage, options and an example of each command", async () => {
  for (const { name, usage, examples } of COMMANDS) {
    assert(examples.length > 0, `${name} has no example`);
    for (const { line } of examples) {
      assert(line.includes(`shmem ${name}`), line);
    }
    assert(usage.startsWith(name), usage);
  }
  const { code, stdout } = await shmem(["help", "completion"]);
  assertEquals(code, 0);
  assert(stdout.includes("Usage: shmem completion bash|zsh|fish"), stdout);
  assert(stdout.includes("-h, --help"), stdout);
  assertEquals((await shmem(["completion", "--help"])).stdout, stdout);
});

Deno.test("shmem suggests what a mistyped command or option probably meant", async () => {
  const command = await shmem(["compeltion"]);
  assertEquals(command.code, 2);
  assert(command.stderr.includes("did you mean completion?"), command.stderr);
  const option = await shmem(["completion", "--hepl"]);
  assertEquals(option.code, 2);
  assert(option.stderr.includes("did you mean --help?"), option.stderr);
  assert(option.stderr.includes("shmem help completion"), option.stderr);
});

Deno.test("shmem exits with 2 on wrong use, whatever is wrong", async () => {
  for (
    const args of [
      ["completion"],
      ["completion", "cmd.exe"],
      ["completion", "bash", "zsh"],
      ["completion", "--json=1", "bash"],
      ["help", "nothing-like-it"],
    ]
  ) {
    const { code, stdout, stderr } = await shmem(args);
    assertEquals({ args, code, stdout }, { args, code: 2, stdout: "" });
    assertMatch(stderr, /^shmem: .+\nTry: shmem help/);
  }
});

Deno.test("suggest() finds exchanged letters and beginnings, and no strangers", () => {
  const words = ["list", "info", "who", "tail", "top"];
  assertEquals(suggest("lsit", words), "list");
  assertEquals(suggest("tial", words), "tail");
  assertEquals(suggest("inf", words), "info");
  assertEquals(suggest("record", words), undefined);
  assertEquals(suggest("", words), undefined);
});

Deno.test("durations need a unit, sizes know theirs, modes are octal", () => {
  assertEquals(parseDuration("5s", "--timeout"), 5000);
  assertEquals(parseDuration("1m30s", "--timeout"), 90_000);
  assertEquals(parseDuration("1.5ms", "--timeout"), 1.5);
  for (const text of ["5", "", "s", "5 s", "-5s", "0s", "5sec", "9999h"]) {
    assertThrows(() => parseDuration(text, "--timeout"), UsageError);
  }
  assertEquals(parseSize("4097", "--size"), 4097);
  assertEquals(parseSize("64k", "--size"), 65_536);
  assertEquals(parseSize("1MiB", "--size"), 2 ** 20);
  assertEquals(parseSize("1.5 GB", "--size"), 1.5 * 2 ** 30);
  for (const text of ["", "0", "1.5", "k", "1x", "-1", "1e3"]) {
    assertThrows(() => parseSize(text, "--size"), UsageError);
  }
  assertEquals(parseMode("640", "--mode"), 0o640);
  assertEquals(parseMode("0600", "--mode"), 0o600);
  for (const text of ["6", "888", "rw-", "01777"]) {
    assertThrows(() => parseMode(text, "--mode"), UsageError);
  }
});

Deno.test("numbers are shown with units, and full is said of nothing less", () => {
  assertEquals(showSize(0), "0 B");
  assertEquals(showSize(1536), "1.5 KiB");
  assertEquals(showSize(2 ** 30), "1 GiB");
  assertEquals(showDuration(0.0125), "12.5 µs");
  assertEquals(showDuration(125_000), "2 m 5 s");
  assertEquals(showDuration(3 * 86_400_000), "3 d");
  assertEquals(showPart(0.999), "99 %");
  assertEquals(showPart(0.001), "<1 %");
  assertEquals(showPart(1), "100 %");
});

Deno.test("what others wrote cannot move the cursor of a terminal", () => {
  assertEquals(printable("a\x1b[2Jb\u202ec"), "a\\u{1b}[2Jb\\u{202e}c");
  assertEquals(widthOf("\x1b[31mred\x1b[39m"), 3);
  assertEquals(widthOf("日本"), 4);
});

for (const shell of SHELLS) {
  Deno.test(`the completion for ${shell} knows all commands and their options`, () => {
    const script = scriptFor(shell, COMMANDS);
    for (const { name, options } of COMMANDS) {
      assert(script.includes(name), name);
      for (const option of Object.keys(options)) {
        assert(script.includes(option), `${name}: ${option}`);
      }
    }
  });
}

Deno.test("bash completes commands and options by the script for it", async () => {
  const complete = async (...words: string[]) => {
    const script = `${scriptFor("bash", COMMANDS)}
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})
      COMP_CWORD=${words.length - 1}
      _shmem
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { code, stdout, stderr } = await run(["bash", "-c", script]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    return stdout.trim().split("\n");
  };
  assertEquals(await complete("shmem", "comp"), ["completion"]);
  assertEquals(await complete("shmem", "completion", "z"), ["zsh"]);
  assertEquals(await complete("shmem", "completion", "--js"), ["--json"]);
});
