/** Full disks, links, and paths that Deno does not permit. */

import { assertEquals, assertStringIncludes } from "../../../deps.ts";
import { ftok, MappedFile } from "../../../mod.ts";
import { withTmpfs } from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";
import {
  assertRefused,
  assertSystemError,
  assertValue,
  outcomeOf,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";
import { makeFolder } from "../../helpers/memory/folders.ts";

Deno.test(needing(
  ["root", "unshare"],
  "a full disk is an ENOSPC that leaves files as they were",
  async () => {
    using folder = makeFolder();
    const outcomes = await outcomesOf(
      `
        import { MappedFile } from "mod.ts";
        const [folder] = Deno.args;
        const path = folder + "/file";
        const size = 3_333_333;
        attempt("create", () => MappedFile.open(path, { create: "exclusive", size }));
        attempt("names", () => [...Deno.readDirSync(folder)].length);

        Deno.writeTextFileSync(path, "");
        attempt("size", () => MappedFile.open(path, { create: "if-missing", size }));
        attempt("still empty", () => Deno.statSync(path).size);

        Deno.writeTextFileSync(path, "abc");
        using file = MappedFile.open(path, { access: "read-write" });
        attempt("resize", () => file.resize(size));
        attempt("still small", () => file.size);

        Deno.truncateSync(path, size);
        attempt("map for writing", () => file.map());
        // Nobody writes to what is mapped for reading: a hole reads as zeros.
        attempt("map copy-on-write", () => {
          using mapping = file.map({ access: "copy-on-write", length: 3333 });
          mapping.bytes.fill(7);
          return mapping.bytes.at(-1);
        });
      `,
      (command) => withTmpfs(folder.path, `size=${2 ** 20}`, command),
      { args: [folder.path] },
    );
    const path = `${folder.path}/file`;
    const acts = {
      create: ["fallocate", `Cannot give "${path}" 3333333 bytes`],
      size: ["fallocate", `Cannot give "${path}" 3333333 bytes`],
      resize: ["fallocate", `Cannot resize "${path}" to 3333333 bytes`],
      "map for writing": ["fallocate", `Cannot map "${path}"`],
    } as const;
    for (const [label, [syscall, act]] of Object.entries(acts)) {
      assertSystemError(outcomes[label], {
        name: "SystemError",
        code: "ENOSPC",
        syscall,
        says: [`${act}: there is no room left`, "sparse: true"],
      });
    }
    assertValue(outcomes.names, 0);
    assertValue(outcomes["still empty"], 0);
    assertValue(outcomes["still small"], 3);
    assertValue(outcomes["map copy-on-write"], 7);
  },
));

Deno.test("`..` behind a symbolic link does not lead out of a permitted folder", async () => {
  using folder = makeFolder();
  const { path } = folder;
  Deno.mkdirSync(`${path}/permitted`);
  Deno.mkdirSync(`${path}/outside/deep`, { recursive: true });
  Deno.writeTextFileSync(`${path}/outside/secret`, "secret");
  Deno.writeTextFileSync(`${path}/outside/both`, "secret");
  Deno.writeTextFileSync(`${path}/permitted/both`, "permitted");
  // The kernel takes permitted/link/../secret for outside/secret.
  Deno.symlinkSync("../outside/deep", `${path}/permitted/link`);
  const permitted = `${path}/permitted`;
  const outcomes = await outcomesOf(
    `
      import { ftok, MappedFile, mmap } from "mod.ts";
      const [permitted] = Deno.args;
      const read = (path) => {
        using file = MappedFile.open(path);
        using mapping = file.map();
        return new TextDecoder().decode(mapping.bytes.slice());
      };
      attempt("secret", () => read(permitted + "/link/../secret"));
      attempt("both", () => read(permitted + "/link/../both"));
      attempt("url", () => read(new URL("file://" + permitted + "/link/%2e%2e/both")));
      attempt("ftok", () => ftok(permitted + "/link/../secret", 1));
      attempt("out", () => read(permitted + "/../outside/secret"));
      attempt("mmap", () => mmap(permitted + "/../outside/secret"));
    `,
    undefined,
    {
      permissions: ["--allow-ffi", `--allow-read=${permitted}`],
      args: [permitted],
    },
  );
  for (
    const [label, syscall] of [["secret", "open"], ["ftok", "ftok"]] as const
  ) {
    assertSystemError(outcomes[label], {
      name: "NotFound",
      code: "ENOENT",
      syscall,
      says: [`"${permitted}/secret"`],
    });
  }
  assertValue(outcomes.both, "permitted");
  assertValue(outcomes.url, "permitted");
  for (const label of ["out", "mmap"]) {
    const failure = outcomes[label]?.failure;
    assertEquals(failure?.name, "NotCapable", failure?.message);
    assertStringIncludes(`${failure?.message}`, `"${path}/outside/secret"`);
  }
});

Deno.test("paths that Deno does not permit give Deno's own error, before libc is opened", async () => {
  using folder = makeFolder();
  const path = `${folder.path}/file`;
  Deno.writeTextFileSync(path, "abc");
  // Without --allow-ffi nothing can reach libc.
  const outcomes = await outcomesOf(
    `
      import { ftok, MappedFile, SharedMemory } from "mod.ts";
      const [path] = Deno.args;
      attempt("Deno", () => Deno.readFileSync(path));
      attempt("open", () => MappedFile.open(path));
      attempt("ftok", () => ftok(path, 1));
      attempt("openPath", () => SharedMemory.openPath(path));
      attempt("copy-on-write", () =>
        MappedFile.open(path, { access: "copy-on-write" }));
    `,
    undefined,
    { permissions: [], args: [path] },
  );
  const { failure } = outcomes.Deno ?? {};
  assertEquals(failure?.name, "NotCapable");
  assertStringIncludes(
    `${failure?.message}`,
    `Requires read access to "${path}"`,
  );
  for (const label of ["open", "ftok", "openPath", "copy-on-write"]) {
    assertEquals(outcomes[label]?.failure, failure, label);
  }
});

Deno.test("writing to a path that Deno permits only to read gives Deno's own error", async () => {
  using folder = makeFolder();
  const path = `${folder.path}/file`;
  Deno.writeTextFileSync(path, "abc");
  const outcomes = await outcomesOf(
    `
      import { MappedFile, mmap, SharedMemory } from "mod.ts";
      const [path] = Deno.args;
      const access = "read-write";
      const size = 3333;
      attempt("Deno", () => Deno.openSync(path, { read: true, write: true }));
      attempt("open", () => MappedFile.open(path, { access }));
      attempt("create", () => MappedFile.open(path, { create: "if-missing", size }));
      attempt("mmap", () => mmap(path, { access }));
      attempt("openPath", () => SharedMemory.openPath(path));
      attempt("read", () => MappedFile.open(path).size);
      attempt("copy", () => mmap(path, { access: "copy-on-write" }).length);
    `,
    undefined,
    { permissions: ["--allow-ffi", "--allow-read"], args: [path] },
  );
  const { failure } = outcomes.Deno ?? {};
  assertEquals(failure?.name, "NotCapable");
  assertStringIncludes(
    `${failure?.message}`,
    `Requires write access to "${path}"`,
  );
  for (const label of ["open", "create", "mmap", "openPath"]) {
    assertEquals(outcomes[label]?.failure, failure, label);
  }
  assertValue(outcomes.read, 3);
  assertValue(outcomes.copy, 3);
});

Deno.test("paths are taken as strings and as file URLs", () => {
  using folder = makeFolder();
  const path = `${folder.path}/größe 50%25.bin`;
  Deno.writeTextFileSync(path, "abc");
  const url = new URL(`file://${folder.path}/gr%C3%B6%C3%9Fe%2050%2525.bin`);
  for (const form of [path, url, `${folder.path}/./x/..//größe 50%25.bin`]) {
    using file = MappedFile.open(form);
    assertEquals([file.path, file.size], [path, 3]);
  }
  assertEquals(ftok(url, "A"), ftok(path, "A"));
});

Deno.test("URLs that name no local file are refused", () => {
  const wrong = [
    ["https://localhost/file", "must be a string or a file URL"],
    ["file://host/file", "it has a host or an encoded slash"],
    ["file:///folder%2Ffile", "it has a host or an encoded slash"],
    ["file:///folder%2ffile", "it has a host or an encoded slash"],
    ["file:///file%00", "it contains a NUL"],
    ["file:///file%ff", "Cannot use file:///file%ff as a path"],
  ] as const;
  for (const [url, says] of wrong) {
    assertRefused(
      outcomeOf(() => MappedFile.open(new URL(url))),
      "TypeError",
      says,
    );
  }
});
