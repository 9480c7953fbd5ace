/**
 * The task that starts Aeron's media driver, and the driver that tests start.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
} from "../../../deps.ts";
import { aeronJar, checkJava } from "../../../tools/aeron/jar.ts";
import { startDriver } from "../../helpers/aeron/aeron_driver.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";

const TOOL = projectPath("tools/aeron_driver.ts");

function tool(args: string[]): string[] {
  return denoRun(TOOL, { permissions: ["--allow-all"], args });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Whether a process has ended; its parent may not have asked yet. */
async function hasEnded(pid: number): Promise<boolean> {
  const { stdout } = await run(["ps", "-o", "stat=", "-p", `${pid}`]);
  return stdout === "" || stdout.startsWith("Z");
}

for (const archive of [false, true]) {
  Deno.test(needing(
    ["aeron driver"],
    `aeron:driver serves a folder ${
      archive ? "with the archive " : ""
    }until SIGINT, and removes it`,
    async () => {
      await using undo = new AsyncDisposableStack();
      const folder = await Deno.makeTempDir({ prefix: "shmem-test-aeron-" });
      undo.defer(() => Deno.remove(folder, { recursive: true }));
      const directory = `${folder}/driver`;
      const [command = "", ...args] = tool([
        "--directory",
        directory,
        "--threading",
        "SHARED",
        "--property",
        "aeron.counters.buffer.length=1m",
        ...archive
          ? ["--archive", "--archive-directory", `${folder}/archive`]
          : [],
        ...archive ? ["--archive-endpoint", "127.0.0.1:0"] : [],
      ]);
      const child = new Deno.Command(command, {
        args,
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const output = child.stdout.pipeThrough(new TextDecoderStream());
      const reader = output.getReader();
      let text = "";
      while (!text.includes("\n")) text += (await reader.read()).value ?? "";
      assertMatch(text, /^The driver serves .*\/driver/);
      assertEquals(text.includes("archive"), archive);
      assert(await exists(`${directory}/cnc.dat`));
      assertEquals(await exists(`${folder}/archive`), archive);
      child.kill("SIGINT");
      while (!(await reader.read()).done);
      assertEquals((await child.status).code, 0);
      assert(!await exists(directory));
    },
  ));
}

Deno.test("aeron:driver says what is missing without Java", async () => {
  const [deno = "", ...args] = tool(["--directory", "nowhere"]);
  const { code, stderr } = await run([deno, ...args], {
    env: { PATH: "/nowhere" },
  });
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot start the driver: there is no java; .* Java 17/);
});

Deno.test("aeron:driver refuses options that it does not know, and values", async () => {
  for (
    const [args, message] of [
      [["--nothing"], /Unknown option '--nothing'/],
      [
        ["--threading", "NONE"],
        /--threading NONE: it must be one of DEDICATED/,
      ],
      [["--property", "a"], /--property a: it must be NAME=VALUE/],
    ] as const
  ) {
    const { code, stderr } = await run(tool([...args]));
    assertEquals(code, 1);
    assertMatch(stderr, message);
  }
});

Deno.test(needing(
  ["aeron driver"],
  "aeron:driver says so when there is no jar where --jar says",
  async () => {
    const { code, stderr } = await run(tool(["--jar", "nothing.jar"]));
    assertEquals(code, 1);
    assertMatch(stderr, /there is no file nothing.jar/);
  },
));

Deno.test("aeron:driver starts a driver in C without Java, and no archive with it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "shmem-test-aeron-" });
  try {
    // Not the driver, but what is asked of it.
    const aeronmd = `${folder}/aeronmd`;
    await Deno.writeTextFile(aeronmd, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
    await Deno.chmod(aeronmd, 0o755);
    const args = ["--aeronmd", aeronmd, "--directory", `${folder}/driver`];
    const [deno = "", ...rest] = tool([...args, "--term-length", "1m"]);
    const { code, stdout } = await run([deno, ...rest], {
      env: { PATH: "/bin" },
    });
    assertEquals(code, 0);
    const properties = stdout.trim().split("\n");
    assert(properties.includes(`-Daeron.dir=${folder}/driver`));
    assert(properties.includes("-Daeron.term.buffer.length=1m"));
    for (
      const [more, message] of [
        [["--archive"], /the archive is in Java; leave --aeronmd out/],
        [["--jar", aeronmd], /Cannot use --jar and --aeronmd/],
      ] as const
    ) {
      const refused = await run(tool([...args, ...more]));
      assertEquals(refused.code, 1);
      assertMatch(refused.stderr, message);
    }
    const missing = await run(tool(["--aeronmd", `${folder}/nothing`]));
    assertMatch(missing.stderr, /there is no file .*nothing/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("checkJava() refuses a Java that is too old", async () => {
  const folder = await Deno.makeTempDir({ prefix: "shmem-test-java-" });
  try {
    for (const version of ["1.8.0_392", "11.0.21"]) {
      const java = `${folder}/java`;
      await Deno.writeTextFile(
        java,
        `#!/bin/sh\necho 'openjdk version "${version}"' >&2\n`,
      );
      await Deno.chmod(java, 0o755);
      await assertRejects(() => checkJava(java), Error, version);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("aeronJar() refuses a jar that is not the released one", async () => {
  const folder = await Deno.makeTempDir({ prefix: "shmem-test-jar-" });
  try {
    await Deno.writeTextFile(`${folder}/aeron-all-1.51.0.jar`, "not a jar");
    await assertRejects(() => aeronJar(`${folder}/`), Error, "its SHA-256 is");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(needing(
  ["aeron driver"],
  "startDriver() leaves nothing behind, killed or stopped",
  async () => {
    for (const way of ["kill", "stop", "dispose"] as const) {
      let folder = "";
      let pid = 0;
      {
        await using driver = await startDriver({ archive: true });
        folder = driver.directory.replace(/\/driver$/, "");
        pid = driver.pid;
        assert(await exists(driver.directory));
        if (way !== "dispose") await driver[way]();
        assertEquals(await exists(driver.directory), way !== "stop");
      }
      assert(!await exists(folder));
      assert(await hasEnded(pid));
    }
  },
));

Deno.test(needing(
  ["aeron driver"],
  "startDriver() leaves nothing behind when the test is killed",
  async () => {
    const [command = "", ...args] = denoRun(
      "data:application/typescript," + encodeURIComponent(`
        import { startDriver } from ${
        JSON.stringify(
          new URL("../../helpers/aeron/aeron_driver.ts", import.meta.url).href,
        )
      };
        const driver = await startDriver();
        console.log(driver.directory, driver.pid);
        setInterval(() => {}, 1000);
      `),
      { permissions: ["--allow-all"] },
    );
    const child = new Deno.Command(command, { args, stdout: "piped" }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    const { value = "" } = await reader.read();
    const [directory = "", pid = ""] = value.trim().split(" ");
    assert(await exists(directory));
    child.kill("SIGKILL");
    while (!(await reader.read()).done);
    await child.status;
    const folder = directory.replace(/\/driver$/, "");
    while (await exists(folder)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    while (!await hasEnded(Number(pid)));
  },
));
