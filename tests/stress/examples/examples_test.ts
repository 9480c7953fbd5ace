/**
 * Runs every program of `examples/` as its first line says. Beside C, they run
 * in `examples_c_test.ts`.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "../../../deps.ts";
import { projectPath, run } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  changeById,
  checkAlphabet,
  checkTour,
  deno,
  doubleNumber,
  failure,
  findByFile,
  freshKey,
  LETTERS,
  output,
  passLetters,
  passMessage,
  temporaryFile,
} from "./programs.ts";

Deno.test("segment_tour.ts attaches twice and removes what it made", async () => {
  checkTour(await output(deno("segment_tour")));
});

Deno.test(needing(
  ["native"],
  "alphabet_parent.ts starts alphabet_child.ts, which reads the alphabet",
  async () => {
    checkAlphabet(await output(deno("alphabet_parent")));
  },
));

Deno.test("alphabet_parent.ts says in one line that its child failed", async () => {
  const { code, stdout, stderr } = await run(deno("alphabet_parent", "false"));
  assertEquals([code, stdout], [1, `Writing: ${LETTERS}\n`]);
  assertEquals(stderr, "The child failed with exit code 1\n");
});

Deno.test("letters_server.ts shows what letters_client.ts is told, up to a q", async () => {
  const key = freshKey();
  await passLetters(
    deno("letters_server", key),
    deno("letters_client", key),
    Number(key),
  );
});

Deno.test("posix_message.ts creates, receives what it sends, and removes", async () => {
  const name = randomName();
  const command = (word: string) => deno("posix_message", word, name);
  await passMessage(name, command, command);
  assertEquals(
    await failure(command("send")),
    `Cannot open shared memory "${name}": there is no object with this name (ENOENT from shm_open); create it first, or check the name: \`SharedMemory.list()\``,
  );
});

Deno.test("random_number.ts writes a number to a file that double_number.ts doubles", async () => {
  using file = temporaryFile();
  await doubleNumber(
    deno("random_number", file.path),
    deno("double_number", file.path),
    file.path,
  );
});

Deno.test("double_number.ts says in one line that there is no number or no file", async () => {
  using file = temporaryFile();
  const command = deno("double_number", file.path);
  assertMatch(await failure(command), /^Cannot open ".*ENOENT/);
  await Deno.writeFile(file.path, new Uint8Array(300));
  assertMatch(await failure(command), /^There is no number at the start of /);
});

Deno.test("id_client.ts prints what id_server.ts has set", async () => {
  await changeById(deno("id_client"), (id) => deno("id_server", id));
});

Deno.test("ftok_key.ts finds by a file what it left, and removes it", async () => {
  const command = (path: string) => deno("ftok_key", path);
  await findByFile(command, command, "Hello from Deno");
});

const MISUSES: readonly {
  readonly what: string;
  readonly command: readonly string[];
  readonly message: RegExp;
}[] = [
  {
    what: "alphabet_child.ts says its usage without an id",
    command: deno("alphabet_child"),
    message: /^Usage: alphabet_child\.ts ID$/,
  },
  {
    what: "letters_server.ts says its usage for a key that is no number",
    command: deno("letters_server", "x"),
    message: /^Usage: letters_server\.ts \[KEY\]$/,
  },
  {
    what: "letters_client.ts says that its server is missing",
    command: deno("letters_client", freshKey()),
    message: /^Cannot find segment with key 0x.*ENOENT/,
  },
  {
    what: "posix_message.ts says its usage for a command that it does not have",
    command: deno("posix_message", "destroy"),
    message: /^Usage: posix_message\.ts create\|remove/,
  },
  {
    what: "random_number.ts says its usage without a file",
    command: deno("random_number"),
    message: /^Usage: random_number\.ts FILE$/,
  },
  {
    what: "id_server.ts says that there is no segment with its id",
    command: deno("id_server", "2147483647"),
    message: /^Cannot attach segment 2147483647: .*EINVAL/,
  },
  {
    what: "ftok_key.ts says that its file is missing",
    command: deno("ftok_key", "/none/such"),
    message: /^Cannot .*no such file.*ENOENT/,
  },
];

for (const { what, command, message } of MISUSES) {
  Deno.test(`${what}, in one line`, async () => {
    const { code, stderr } = await run(command);
    assertEquals(code, 1);
    assertMatch(stderr, /^[^\n]+\n$/);
    assertMatch(stderr.trimEnd(), message);
  });
}

// The emulator finds out only in the child that a program is missing.
Deno.test(needing(
  ["native"],
  "alphabet_parent.ts says that the child is missing, in one line",
  async () => {
    assertMatch(
      await failure(deno("alphabet_parent", "/none/such")),
      /^Failed to spawn '\/none\/such'/,
    );
  },
));

Deno.test(needing(
  ["unshare", "root"],
  "letters_client.ts uses the key 1234, and posix_message.ts the name /my_shm, unless told otherwise",
  async () => {
    const apart = ["unshare", "-i", "-m", "sh", "-c"];
    const script = 'mount -t tmpfs tmpfs /dev/shm && exec "$@"';
    const inside = (command: string[]) => [...apart, script, "sh", ...command];
    assertMatch(
      await failure(inside(deno("letters_client"))),
      /^Cannot find segment with key 0x4d2:/,
    );
    assertMatch(
      await failure(inside(deno("posix_message", "send"))),
      /^Cannot open shared memory "\/my_shm":/,
    );
  },
));

Deno.test("every program of examples/ is run by a test, and listed in examples/README.md", () => {
  const programs = [...Deno.readDirSync(projectPath("examples"))]
    .filter((entry) => entry.isDirectory)
    .flatMap(({ name: folder }) =>
      [...Deno.readDirSync(projectPath(`examples/${folder}`))]
        .map((entry) => `${folder}/${entry.name}`)
    )
    .filter((name) => name.endsWith(".ts"));
  assertNotEquals(programs, []);
  const tests = [
    "tests/stress/examples/examples_test.ts",
    "tests/stress/examples/examples_c_test.ts",
    "tests/stress/examples/examples_sync_test.ts",
    "tests/stress/examples/examples_channel_test.ts",
    "tests/stress/examples/examples_queue_test.ts",
    "tests/stress/examples/examples_store_test.ts",
    "tests/stress/aeron/examples_test.ts",
  ];
  const source = tests.map(projectPath).map((path) =>
    Deno.readTextFileSync(path)
  ).join("");
  const readme = Deno.readTextFileSync(projectPath("examples/README.md"));
  for (const name of programs) {
    const word = name.replace(/^\w+\/|\.ts$/g, "");
    assert(
      source.includes(`"${word}"`) || source.includes(`examples/${name}`),
      `no test runs ${name}`,
    );
    assert(readme.includes(`examples/${name}`), `README.md lacks ${name}`);
  }
});
