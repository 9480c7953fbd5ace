/**
 * What `complete()` does for a libc that keeps some functions elsewhere: glibc
 * before 2.33 and 2.34. Here the functions are taken out of a newer one.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../deps.ts";
import { O_RDWR } from "../../ffi/platforms/constants.ts";
import { cString } from "../../ffi/libc/cstring.ts";
import { Struct } from "../../ffi/libc/layout.ts";
import { complete } from "../../ffi/libc/library.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { SYMBOLS } from "../../ffi/libc/symbols.ts";
import { randomName } from "../helpers/names.ts";

/** Only glibc has older versions of this kind. */
const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "complete() finds shm_open and shm_unlink in librt",
  ignore,
  fn() {
    using cleanup = new DisposableStack();
    const library = Deno.dlopen(platform().libc, SYMBOLS);
    cleanup.defer(() => library.close());
    const { symbols } = library;
    const { shm_open, shm_unlink } = complete({
      ...symbols,
      shm_open: null,
      shm_unlink: null,
    });
    assert(shm_open !== null && shm_unlink !== null);
    assert(shm_open !== symbols.shm_open);

    const { O_CREAT, O_EXCL } = platform().constants;
    const name = randomName();
    const open = (flags: number) =>
      shm_open(cString(name), flags, 0o600n, 0n, 0n, 0n, 0n, 0n, 0o600n);
    const fd = open(O_RDWR | O_CREAT | O_EXCL);
    assert(fd >= 0);
    cleanup.defer(() => symbols.close(fd));
    // It is the real directory: the usual function finds the name too.
    assertEquals(complete(symbols).shm_unlink?.(cString(name)), 0);

    const again = open(O_RDWR | O_CREAT | O_EXCL);
    assert(again >= 0);
    symbols.close(again);
    assertEquals(shm_unlink(cString(name)), 0);
    assertEquals(open(O_RDWR), -1);
  },
});

Deno.test({
  name: "complete() lets __fxstat stand in for fstat",
  ignore,
  async fn() {
    using cleanup = new DisposableStack();
    const path = await Deno.makeTempFile();
    cleanup.defer(() => Deno.removeSync(path));
    await Deno.writeFile(path, new Uint8Array(5003));
    await Deno.chmod(path, 0o640);

    const library = Deno.dlopen(platform().libc, SYMBOLS);
    cleanup.defer(() => library.close());
    const { symbols } = library;
    const { fstat } = complete({ ...symbols, fstat: null });
    assert(fstat !== null);
    assert(fstat !== symbols.fstat);

    const fd = symbols.open(cString(path), 0, 0n, 0n, 0n, 0n, 0n, 0n, 0n);
    assert(fd >= 0);
    cleanup.defer(() => symbols.close(fd));
    const struct = new Struct(platform().layouts.stat);
    assertEquals(fstat(fd, struct.bytes), 0);
    assertEquals(struct.get("st_size"), 5003);
    assertEquals(struct.get("st_mode") & 0o777, 0o640);
    assertEquals(struct.get("st_nlink"), 1);
    assertEquals(struct.get("st_uid"), Deno.uid());

    assertEquals(fstat(-1, struct.bytes), -1);
  },
});

Deno.test("complete() keeps what the libc has, and fills in what this platform needs", () => {
  const library = Deno.dlopen(platform().libc, SYMBOLS);
  try {
    const { symbols } = library;
    const completed = complete(symbols);
    assert(completed.mmap === symbols.mmap);
    assert(
      symbols.shm_open === null || completed.shm_open === symbols.shm_open,
    );
    assert(completed.shm_open !== null && completed.shm_unlink !== null);
    assert(completed.fstat !== null);
  } finally {
    library.close();
  }
});

Deno.test("complete() refuses a library that has no place for errno", () => {
  const library = Deno.dlopen(platform().libc, SYMBOLS);
  try {
    const { errnoFunction, name } = platform();
    assertThrows(
      () => complete({ ...library.symbols, [errnoFunction]: null }),
      Error,
      `Cannot use the library: it has no ${errnoFunction}, so it is no libc of ${name}`,
    );
  } finally {
    library.close();
  }
});
