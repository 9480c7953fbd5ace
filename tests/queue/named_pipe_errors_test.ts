/**
 * Modes and permissions of pipes with names, and what is no pipe.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../deps.ts";
import { NamedPipe } from "../../queue/mod.ts";
import { runDeno } from "../helpers/deno.ts";
import { withLimits } from "../helpers/limits.ts";
import { outcomesOf } from "../helpers/memory/outcomes.ts";
import { needing } from "../helpers/needs.ts";
import { testFolder } from "../helpers/queue/queues.ts";

Deno.test("NamedPipe.create() sets the mode whatever the umask is", async () => {
  using folder = testFolder();
  const { modes } = await outcomesOf(
    `
    import { NamedPipe } from "queue/mod.ts";
    attempt("modes", () =>
      [0o666, 0o622, 0o200, 0].map((mode) => {
        const path = Deno.args[0] + "/" + mode;
        NamedPipe.create(path, { mode });
        return Deno.statSync(path).mode & 0o777;
      }));
    `,
    (command) => ["sh", "-c", 'umask 077; exec "$@"', "sh", ...command],
    { args: [folder.path] },
  );
  assertEquals(modes?.value, [0o666, 0o622, 0o200, 0]);
  assertEquals(
    NamedPipe.create(`${folder.path}/512`, { ifExists: "open" }).path,
    `${folder.path}/512`,
  );
});

Deno.test("NamedPipe refuses what is no pipe, and what is in the way", () => {
  using folder = testFolder();
  const path = `${folder.path}/file`;
  Deno.writeTextFileSync(path, "precious");
  const exists = assertThrows(
    () => NamedPipe.create(path),
    Deno.errors.AlreadyExists,
    'open it, or create with `ifExists: "open"`',
  );
  assert("code" in exists && exists.code === "EEXIST");
  assertThrows(() => NamedPipe.open(path), TypeError, "is not a named pipe");
  assertThrows(
    () => NamedPipe.create(path, { ifExists: "open" }),
    TypeError,
    "is not a named pipe",
  );
  assertThrows(() => NamedPipe.open(folder.path), TypeError);
  assertThrows(
    () => NamedPipe.create(`${path}/pipe`),
    Deno.errors.NotADirectory,
    "ENOTDIR from mkfifo",
  );
  assertThrows(
    () => NamedPipe.create(`${folder.path}/none/pipe`),
    Deno.errors.NotFound,
    "ENOENT from mkfifo",
  );
  assertThrows(
    () => NamedPipe.open(`${folder.path}/none`),
    Deno.errors.NotFound,
  );
  const pipe = NamedPipe.create(`${folder.path}/pipe`);
  pipe.unlink();
  assertThrows(() => pipe.unlink(), Deno.errors.NotFound);
  assertThrows(() => pipe.openReadable(), Deno.errors.NotFound);
  // Another took the place of the pipe.
  Deno.writeTextFileSync(pipe.path, "precious");
  assertThrows(() => pipe.unlink(), TypeError);
  assertEquals(Deno.readTextFileSync(pipe.path), "precious");
});

Deno.test("NamedPipe asks for Deno's permissions of its path", async () => {
  using folder = testFolder();
  NamedPipe.create(`${folder.path}/pipe`);
  const source = `
    import { NamedPipe } from "${new URL(
    "../../queue/mod.ts",
    import.meta.url,
  )}";
    const [folder] = Deno.args;
    const tried = async (call) => {
      try {
        await call();
        return "allowed";
      } catch (error) {
        return error.name;
      }
    };
    console.log(JSON.stringify([
      await tried(() => NamedPipe.create(folder + "/other")),
      await tried(() => NamedPipe.open(folder + "/pipe")),
      await tried(() => NamedPipe.open(folder + "/pipe").openReadable().cancel()),
      await tried(() => NamedPipe.open(folder + "/pipe").openWritable({ timeoutMs: 0 })),
      await tried(() => NamedPipe.open(folder + "/pipe").unlink()),
    ]));
  `;
  const tell = async (...permissions: string[]) => {
    const { stdout, stderr } = await runDeno(source, {
      permissions: ["--allow-ffi", ...permissions],
      args: [folder.path],
    });
    assertEquals(stderr, "");
    return JSON.parse(stdout);
  };
  assertEquals(await tell(), Array(5).fill("NotCapable"));
  assertEquals(await tell(`--allow-read=${folder.path}`), [
    "NotCapable",
    "allowed",
    "allowed",
    "NotCapable",
    "NotCapable",
  ]);
  assertEquals(
    await tell(`--allow-read=${folder.path}`, `--allow-write=${folder.path}`),
    ["allowed", "allowed", "allowed", "TimedOut", "allowed"],
  );
});

Deno.test(needing(
  ["prlimit"],
  "a readable end of a pipe that cannot be waited for keeps no descriptor",
  async () => {
    using folder = testFolder();
    const { left } = await outcomesOf(
      `
      import { NamedPipe } from "queue/mod.ts";
      const pipe = NamedPipe.create(Deno.args[0] + "/pipe");
      const fill = () => {
        const files = [];
        for (;;) {
          try {
            files.push(Deno.openSync("/dev/null"));
          } catch {
            return files;
          }
        }
      };
      const empty = (files) => files.splice(0).forEach((file) => file.close());
      const room = () => {
        const files = fill();
        const { length } = files;
        empty(files);
        return length;
      };
      const before = room();
      const failed = [];
      for (let i = 0; i < 7; i++) {
        const files = fill();
        files.pop().close(); // Room for the pipe, and not for what waits.
        const reading = pipe.openReadable().getReader().read();
        await reading.catch((error) => failed.push(error));
        empty(files);
      }
      const after = room();
      attempt("left", () => [failed.map(({ code }) => code), before - after]);
      `,
      (command) => withLimits({ nofile: 80 }, command),
      { args: [folder.path] },
    );
    assertEquals(left?.value, [Array(7).fill("EMFILE"), 0]);
  },
));
