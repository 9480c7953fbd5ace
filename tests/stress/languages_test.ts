/**
 * The programs of docs/languages.md, compiled and run beside Deno.
 *
 * @module
 */

import { SharedMemory } from "../../mod.ts";
import { wait } from "../../sync/mod.ts";
import { assert, assertEquals } from "../../deps.ts";
import { blocksOf, withNames } from "../helpers/blocks.ts";
import { projectPath, run } from "../helpers/deno.ts";
import { randomName } from "../helpers/names.ts";
import { type Need, needing } from "../helpers/needs.ts";

const text = await Deno.readTextFile(projectPath("docs/languages.md"));
const blocks = blocksOf(text);

/** How the program of a language is built and started, in a folder of its own. */
interface Way {
  readonly needs: readonly Need[];
  readonly language: string;
  readonly file: string;
  readonly build?: readonly string[];
  readonly start: readonly string[];
  /** Other files that it needs. */
  readonly files?: Readonly<Record<string, string>>;
}

const WAYS: readonly Way[] = [
  {
    needs: ["cc"],
    language: "c",
    file: "counter.c",
    build: ["cc", "-Wall", "-Werror", "counter.c", "-o", "counter"],
    start: ["./counter"],
  },
  {
    needs: ["c++"],
    language: "cpp",
    file: "counter.cpp",
    build: ["c++", "-std=c++20", "-Wall", "counter.cpp", "-o", "counter"],
    start: ["./counter"],
  },
  {
    needs: ["python3"],
    language: "python",
    file: "counter.py",
    start: ["python3", "counter.py"],
  },
  {
    needs: ["cargo"],
    language: "rust",
    file: "src/main.rs",
    build: ["cargo", "build", "--quiet"],
    start: ["target/debug/counter"],
    files: {
      "Cargo.toml":
        '[package]\nname = "counter"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nmemmap2 = "0.9"\n',
    },
  },
  {
    needs: ["go"],
    language: "go",
    file: "counter.go",
    build: ["go", "build", "-o", "counter", "counter.go"],
    start: ["./counter"],
  },
  {
    needs: ["java"],
    language: "java",
    file: "Counter.java",
    start: ["java", "Counter.java"],
  },
];

for (const way of WAYS) {
  Deno.test(needing(
    [...way.needs, "native"],
    `the ${way.language} program of docs/languages.md counts in memory of Deno`,
    async () => {
      const code = codeOf(way.language);
      await using program = await build(way, code);
      using memory = SharedMemory.create(program.name, { size: 4096 });
      using cleanup = new DisposableStack();
      cleanup.defer(() => memory.unlink());
      using mapping = memory.map();
      const words = new Int32Array(mapping.bytes.buffer);
      words[0] = 40;
      for (const expected of ["41", "42"]) {
        assertEquals(await program.run(), expected);
      }
      assertEquals(words[0], 42);
    },
  ));
}

Deno.test(needing(
  ["cc", "native"],
  "the C program of docs/languages.md wakes a thread that waits",
  async () => {
    const [way] = WAYS;
    assert(way);
    await using program = await build(way, codeOf("c", "wake"));
    using memory = SharedMemory.create(program.name, { size: 4096 });
    using cleanup = new DisposableStack();
    cleanup.defer(() => memory.unlink());
    using mapping = memory.map();
    const words = new Int32Array(mapping.bytes.buffer);
    const woken = program.run();
    // Either it sleeps until the program wakes it, or the word has changed.
    const how = wait(words, 0, 0, 60_000);
    assert(how !== "timed-out");
    assertEquals(Atomics.load(words, 0), 1);
    await woken;
  },
));

/** The program of a language that has all the words behind it, and no others. */
function codeOf(language: string, ...words: string[]): string {
  const found = blocks.find((block) =>
    block.language === language && block.words.join() === words.join()
  );
  assert(found, `docs/languages.md has no ${language} program`);
  return found.code;
}

/** A program in a folder of its own, which goes with the block. */
async function build(way: Way, code: string): Promise<
  AsyncDisposable & { readonly name: string; run(): Promise<string> }
> {
  const prefix = randomName();
  const folder = await Deno.makeTempDir({ prefix: "shmem-test-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  const must = async (command: readonly string[]) => {
    const { code, stdout, stderr } = await run(command, { cwd: folder });
    assert(code === 0, `${command.join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  try {
    await Deno.mkdir(`${folder}/src`);
    for (const [file, content] of Object.entries(way.files ?? {})) {
      await Deno.writeTextFile(`${folder}/${file}`, content);
    }
    const source = withNames(code, prefix);
    await Deno.writeTextFile(`${folder}/${way.file}`, source);
    if (way.build !== undefined) await must(way.build);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    name: `${prefix}-counter`,
    run: () => must(way.start),
    [Symbol.asyncDispose]: remove,
  };
}
