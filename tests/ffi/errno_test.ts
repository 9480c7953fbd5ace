import { assert, assertEquals, assertThrows } from "../../deps.ts";
import { cString } from "../../ffi/libc/cstring.ts";
import { errnoName, errnoNumber } from "../../ffi/errors/errno.ts";
import { errnoCell, libc } from "../../ffi/libc/library.ts";
import { platform } from "../../ffi/platforms/platform.ts";

/** Calls that fail in a known way, without an effect. */
const FAILURES: readonly (readonly [string, () => number])[] = [
  ["EBADF", () => libc().close(-1)],
  ["EINVAL", () => libc().shmdt(null)],
  ["ENOENT", () => libc().ftok(cString("/no/such/file"), 1)],
  ["EBADF", () => libc().ftruncate(-1, 5n)],
  ["ENOTDIR", () => libc().ftok(cString("/dev/null/file"), 1)],
];

for (const [index, [code, call]] of FAILURES.entries()) {
  Deno.test(`errno is ${code} after failing call ${index + 1}`, () => {
    const result = call();
    const number = errnoCell[0] ?? 0;
    assertEquals(result, -1);
    assertEquals(errnoName(number), code);
  });
}

Deno.test("errno follows each of many failing calls while garbage is collected", () => {
  let garbage: Uint8Array[] = [];
  for (let round = 0; round < 20_000; round++) {
    const failure = FAILURES[round % FAILURES.length];
    assert(failure !== undefined);
    const [code, call] = failure;
    const result = call();
    const number = errnoCell[0] ?? 0;
    assertEquals(result, -1);
    // Compared by hand: an assertion would make the loop slow.
    if (errnoName(number) !== code) {
      assertEquals(errnoName(number), code, `round ${round}`);
    }
    garbage.push(new Uint8Array(1009));
    if (garbage.length === 257) garbage = [];
  }
});

Deno.test("errno of a worker is its own", async () => {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    file,
    `
      import { errnoName } from "${
      import.meta.resolve("../../ffi/errors/errno.ts")
    }";
      import { errnoCell, libc } from "${
      import.meta.resolve("../../ffi/libc/library.ts")
    }";
      self.onmessage = () => {
        libc().shmdt(null);
        self.postMessage(errnoName(errnoCell[0] ?? 0));
      };
    `,
  );
  const worker = new Worker(new URL(`file://${file}`), { type: "module" });
  try {
    const answer = new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
    });
    libc().close(-1);
    worker.postMessage("fail");
    assertEquals(await answer, "EINVAL");
    libc().close(-1);
    assertEquals(errnoName(errnoCell[0] ?? 0), "EBADF");
  } finally {
    worker.terminate();
    await Deno.remove(file);
  }
});

Deno.test("errnoName() and errnoNumber() are each other's inverse", () => {
  for (const [number, name] of Object.entries(platform().errnoNames)) {
    assertEquals(errnoName(Number(number)), name);
    assertEquals(errnoNumber(name), Number(number));
  }
});

Deno.test("errnoName() shows a number that has no name", () => {
  assertEquals(errnoName(9999), "E9999");
});

Deno.test("errnoNumber() refuses a name that the platform does not know", () => {
  assertThrows(
    () => errnoNumber("ENOSUCHERROR"),
    Error,
    `${platform().name} has no ENOSUCHERROR`,
  );
});
