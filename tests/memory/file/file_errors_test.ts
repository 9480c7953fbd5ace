// What can go wrong with the path of a file: the ERRORS section of open(2),
// things that are no files, and Deno's own permissions.

import { assertEquals, assertStringIncludes } from "../../../deps.ts";
import { MappedFile, mmap } from "../../../mod.ts";
import { run } from "../../helpers/deno.ts";
import { asNobody, withLimits, withTmpfs } from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";
import {
  assertRefused,
  assertSystemError,
  assertValue,
  outcomeOf,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";
import { makeFolder } from "../../helpers/memory/folders.ts";

Deno.test("MappedFile.open() fails as open(2) does when the path leads to no file", () => {
  using folder = makeFolder();
  Deno.writeTextFileSync(`${folder.path}/file`, "x");
  Deno.symlinkSync("loop", `${folder.path}/loop`);
  const failures = [
    ["missing", "NotFound", "ENOENT", "no such file or directory"],
    ["missing/file", "NotFound", "ENOENT", "no such file or directory"],
    ["file/below", "NotADirectory", "ENOTDIR", "is not a directory"],
    ["loop", "FilesystemLoop", "ELOOP", "too many symbolic links"],
    ["x".repeat(256), "SystemError", "ENAMETOOLONG", "is too long"],
  ] as const;
  for (const [name, errorName, code, meaning] of failures) {
    const path = `${folder.path}/${name}`;
    for (const call of [() => MappedFile.open(path), () => mmap(path)]) {
      assertSystemError(outcomeOf(call), {
        name: errorName,
        code,
        syscall: "open",
        says: [`Cannot open ${JSON.stringify(path)}: `, meaning],
      });
    }
  }
});

Deno.test("MappedFile.open() fails with ENOENT when the folder of a new file is missing", () => {
  using folder = makeFolder();
  const path = `${folder.path}/missing/file`;
  for (const create of ["exclusive", "if-missing"] as const) {
    assertSystemError(
      outcomeOf(() => MappedFile.open(path, { create, size: 3333 })),
      {
        name: "NotFound",
        code: "ENOENT",
        syscall: "open",
        says: [`"${path}"`],
      },
    );
  }
});

Deno.test("MappedFile.open() fails with EEXIST when the file must be new", () => {
  using folder = makeFolder();
  const path = `${folder.path}/file`;
  Deno.writeTextFileSync(path, "as it was");
  assertSystemError(
    outcomeOf(() => MappedFile.open(path, { create: "exclusive", size: 3333 })),
    {
      name: "AlreadyExists",
      code: "EEXIST",
      syscall: "open",
      says: [`Cannot create "${path}"`, 'create: "if-missing"'],
    },
  );
  assertEquals(Deno.readTextFileSync(path), "as it was");
});

Deno.test("MappedFile.open() fails with EISDIR when a folder is to be written", () => {
  using folder = makeFolder();
  const { path } = folder;
  assertSystemError(
    outcomeOf(() => MappedFile.open(path, { access: "read-write" })),
    {
      name: "IsADirectory",
      code: "EISDIR",
      syscall: "open",
      says: [`Cannot open "${path}": it is a directory`],
    },
  );
});

Deno.test("MappedFile.open() fails with ETXTBSY when a program that runs is to be written", async () => {
  using folder = makeFolder();
  const path = `${folder.path}/program`;
  Deno.copyFileSync("/bin/cat", path);
  await using child = new Deno.Command(path, {
    stdin: "piped",
    stdout: "piped",
  })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new Uint8Array(1));
  // Its answer tells that it runs.
  const reader = child.stdout.getReader();
  await reader.read();
  assertSystemError(
    outcomeOf(() => MappedFile.open(path, { access: "read-write" })),
    {
      name: "SystemError",
      code: "ETXTBSY",
      syscall: "open",
      says: [`Cannot open "${path}": it is a program that runs`],
    },
  );
  await writer.close();
  await reader.cancel();
});

Deno.test("MappedFile.resize() fails when the file would be larger than a file can be", () => {
  using folder = makeFolder();
  const path = `${folder.path}/file`;
  const create = { create: "exclusive", size: 3333 } as const;
  using file = MappedFile.open(path, create);
  const { failure } = outcomeOf(() => file.resize(2 ** 52));
  // File systems that could be so large have no room for it.
  const large = ["EFBIG", "ENOSPC"].includes(failure?.code ?? "");
  assertEquals(large, true, failure?.message);
  assertStringIncludes(
    `${failure?.message}`,
    `Cannot resize "${path}" to ${2 ** 52} bytes`,
  );
  assertEquals(file.size, 3333);
});

Deno.test("MappedFile.resize() fails with EINVAL when the file is open for reading", () => {
  using folder = makeFolder();
  const path = `${folder.path}/file`;
  Deno.writeTextFileSync(path, "abc");
  using file = MappedFile.open(path);
  assertSystemError(outcomeOf(() => file.resize(5555)), {
    name: "SystemError",
    code: "EINVAL",
    syscall: "ftruncate",
    says: [`Cannot resize "${path}" to 5555 bytes: it is not open for writing`],
  });
});

Deno.test("MappedFile.open() refuses folders, devices and pipes, and waits for none", async () => {
  using folder = makeFolder();
  const pipe = `${folder.path}/pipe`;
  await run(["mkfifo", pipe]);
  for (const path of [folder.path, pipe, "/dev/null"]) {
    for (const call of [() => MappedFile.open(path), () => mmap(path)]) {
      assertRefused(
        outcomeOf(call),
        "TypeError",
        `Cannot open "${path}": it is not a regular file`,
      );
    }
  }
  for (const path of [pipe, "/dev/null"]) {
    const access = "read-write";
    assertRefused(
      outcomeOf(() => MappedFile.open(path, { access })),
      "TypeError",
      `Cannot open "${path}": it is not a regular file`,
    );
  }
  const create = { create: "if-missing", size: 3333 } as const;
  assertRefused(
    outcomeOf(() => MappedFile.open(pipe, create)),
    "TypeError",
    `Cannot open "${pipe}": it is not a regular file`,
  );
  assertEquals(Deno.lstatSync(pipe).isFifo, true);
});

Deno.test(needing(
  ["root", "setpriv"],
  "MappedFile.open() fails with EACCES for a user without rights",
  async () => {
    using folder = makeFolder();
    Deno.chmodSync(folder.path, 0o755);
    const secret = `${folder.path}/secret`;
    const open = `${folder.path}/open`;
    for (const [path, mode] of [[secret, 0o600], [open, 0o644]] as const) {
      Deno.writeTextFileSync(path, "abc");
      Deno.chmodSync(path, mode);
    }
    const outcomes = await outcomesOf(
      `
        import { MappedFile } from "mod.ts";
        const [folder] = Deno.args;
        const access = "read-write";
        const created = (create) => ({ create, size: 3333 });
        const open = (name, options) => MappedFile.open(folder + name, options);
        attempt("read", () => open("/secret"));
        attempt("write", () => open("/open", { access }));
        attempt("read the open one", () => open("/open").size);
        attempt("exclusive", () => open("/new", created("exclusive")));
        attempt("if-missing", () => open("/new", created("if-missing")));
        attempt("if-missing, there", () => open("/open", created("if-missing")));
      `,
      asNobody,
      { args: [folder.path] },
    );
    const expected = [
      ["read", `Cannot open "${secret}"`],
      ["write", `Cannot open "${open}"`],
      ["exclusive", `Cannot create "${folder.path}/new"`],
      ["if-missing", `Cannot create "${folder.path}/new"`],
      ["if-missing, there", `Cannot open "${open}"`],
    ] as const;
    for (const [label, act] of expected) {
      assertSystemError(outcomes[label], {
        name: "PermissionDenied",
        code: "EACCES",
        syscall: "open",
        says: [`${act}: the permission bits forbid it`],
      });
    }
    assertValue(outcomes["read the open one"], 3);
    assertEquals(Deno.readTextFileSync(open), "abc");
  },
));

Deno.test(needing(
  ["root", "unshare", "prlimit"],
  "MappedFile.open() fails with EROFS and EMFILE, and goes on after",
  async () => {
    using folder = makeFolder();
    const outcomes = await outcomesOf(
      `
        import { MappedFile } from "mod.ts";
        const path = Deno.args[0] + "/file";
        const create = "exclusive";
        attempt("EROFS", () => MappedFile.open(path, { create, size: 3333 }));
        const files = [];
        try {
          for (;;) files.push(Deno.openSync(Deno.execPath()));
        } catch {
          // That was the last descriptor.
        }
        attempt("EMFILE", () => MappedFile.open(path));
        for (const file of files) file.close();
        attempt("after", () => MappedFile.open(Deno.execPath()).created);
      `,
      (command) =>
        withTmpfs(folder.path, "ro", withLimits({ nofile: 100 }, command)),
      { args: [folder.path] },
    );
    const path = `${folder.path}/file`;
    assertSystemError(outcomes.EROFS, {
      name: "SystemError",
      code: "EROFS",
      syscall: "open",
      says: [`Cannot create "${path}": it lies on a read-only file system`],
    });
    assertSystemError(outcomes.EMFILE, {
      name: "SystemError",
      code: "EMFILE",
      syscall: "open",
      says: [`Cannot open "${path}"`, "ulimit -n"],
    });
    assertValue(outcomes.after, false);
  },
));
