import { libc } from "./library.ts";

/** Version of glibc (`gnu_get_libc_version(3)`): `"2.36"`; nothing when it is another libc. */
export function libcVersion(): string | undefined {
  const pointer = libc().gnu_get_libc_version?.() ?? null;
  return pointer === null
    ? undefined
    : Deno.UnsafePointerView.getCString(pointer);
}
