import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "../../deps.ts";
import { errnoNumber } from "../../ffi/errors/errno.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { SYMBOLS } from "../../ffi/libc/symbols.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { isSystemError, shmget, SystemError } from "../../mod.ts";

/** The class of each error that has one in Deno. */
const CLASSES = [
  ["EACCES", Deno.errors.PermissionDenied],
  ["EPERM", Deno.errors.PermissionDenied],
  ["ENOENT", Deno.errors.NotFound],
  ["EEXIST", Deno.errors.AlreadyExists],
  ["EBUSY", Deno.errors.Busy],
  ["EBADF", Deno.errors.BadResource],
  ["EINTR", Deno.errors.Interrupted],
  ["EAGAIN", Deno.errors.WouldBlock],
  ["ETIMEDOUT", Deno.errors.TimedOut],
  ["ENOTDIR", Deno.errors.NotADirectory],
  ["EISDIR", Deno.errors.IsADirectory],
  ["ELOOP", Deno.errors.FilesystemLoop],
  ["ENOSYS", Deno.errors.NotSupported],
  ["EOPNOTSUPP", Deno.errors.NotSupported],
  ["EINVAL", SystemError],
  ["ENOMEM", SystemError],
  ["ENOSPC", SystemError],
  ["EMFILE", SystemError],
  ["ENFILE", SystemError],
  ["EIDRM", SystemError],
  ["EOVERFLOW", SystemError],
  ["EFBIG", SystemError],
] as const;

for (const [code, ErrorClass] of CLASSES) {
  Deno.test(`systemError() makes a ${ErrorClass.name} of ${code}`, () => {
    const number = errnoNumber(code);
    const error = systemError("mmap", number, "map 4097 bytes");
    assert(error instanceof ErrorClass);
    assert(error instanceof Error);
    assertEquals(error.name, ErrorClass.name);
    assertEquals(error.code, code);
    assertEquals(error.errno, number);
    assertEquals(error.syscall, "mmap");
    assert(isSystemError(error));
  });
}

Deno.test("a message says what was tried, why it failed, by which call, and what to do", () => {
  const { message } = systemError(
    "shm_open",
    errnoNumber("EEXIST"),
    'create object "/frames"',
  );
  assertMatch(
    message,
    /^Cannot create object "\/frames": .+ \(EEXIST from shm_open\); .+$/,
  );
});

Deno.test("a hint takes the place of the way out of the manual", () => {
  const number = errnoNumber("ENOSPC");
  const usual = systemError("posix_fallocate", number, "create it");
  assertStringIncludes(usual.message, "; ask for less");
  const { message } = systemError(
    "posix_fallocate",
    number,
    "create it",
    "4096 bytes are left",
  );
  assertMatch(message, /\(ENOSPC from posix_fallocate\); 4096 bytes are left$/);
  assert(!message.includes("ask for less"));
});

Deno.test("every message for every call follows the grammar", () => {
  for (const syscall of Object.keys(SYMBOLS)) {
    for (const [number, code] of Object.entries(platform().errnoNames)) {
      const { message } = systemError(syscall, Number(number), "do this");
      assert(message.startsWith("Cannot do this: "), message);
      assertStringIncludes(message, ` (${code} from ${syscall})`);
      assert(!/\.(\s|$)/.test(message), `it has a period: ${message}`);
      assert(
        !/\b(can|won|don|isn|doesn|hasn|aren)['’]t\b/i.test(message),
        `it has a contraction: ${message}`,
      );
      assert(!message.includes("undefined"), message);
      assert(!message.includes("\n"), message);
    }
  }
});

Deno.test("systemError() takes a number without a name", () => {
  const error = systemError("mmap", 9999, "map a file");
  assert(error instanceof SystemError);
  assertEquals(error.code, "E9999");
  assertEquals(
    error.message,
    "Cannot map a file: the call failed (E9999 from mmap)",
  );
});

Deno.test("SystemError is thrown by a failing call, with its fields", () => {
  // 0 is no size for a new segment.
  const error = assertThrows(() => shmget(0, 0, 0o3600), SystemError);
  assertEquals(error.name, "SystemError");
  assertEquals(error.code, "EINVAL");
  assertEquals(error.errno, errnoNumber("EINVAL"));
  assertEquals(error.syscall, "shmget");
  assertMatch(error.message, /^Cannot .+ \(EINVAL from shmget\)/);
  assertStringIncludes(String(error), "SystemError: Cannot ");
});

Deno.test("SystemError is made by the library alone, and known by what it made", () => {
  const info = { code: "EINVAL", errno: 22, syscall: "mmap" };
  for (const args of [["Cannot map it", info], [Symbol("secret"), "", info]]) {
    assertThrows(
      () => Reflect.construct(SystemError, args),
      TypeError,
      "Cannot make a SystemError",
    );
  }
  const error = systemError("mmap", 22, "map it");
  assert(isSystemError(error));
  // The fields alone do not make it one: node:fs has them, too.
  assert(!isSystemError(Object.assign(new Error(error.message), info)));
});

Deno.test("isSystemError() is false for other errors and other values", () => {
  const fields = { code: "ENOENT", errno: 2, syscall: "open" };
  const others = [
    undefined,
    null,
    "ENOENT",
    2,
    fields,
    new Error("ENOENT"),
    new Deno.errors.NotFound("ENOENT"),
    Object.assign(new Error("x"), { ...fields, code: 2 }),
    Object.assign(new Error("x"), { ...fields, errno: "2" }),
    Object.assign(new Error("x"), { ...fields, syscall: undefined }),
  ];
  for (const other of others) assert(!isSystemError(other), String(other));
});

Deno.test("isSystemError() is false for the errors of Deno's own calls", () => {
  const path = `/no-such-folder-${crypto.randomUUID()}/file`;
  const error = assertThrows(
    () => Deno.openSync(path),
    Deno.errors.NotFound,
  );
  assert(!isSystemError(error));
});
