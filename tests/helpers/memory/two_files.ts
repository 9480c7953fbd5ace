import { MappedFile } from "../../../mod.ts";

/** A file of 100 bytes, and two handles of it. */
export function twoFiles() {
  const path = Deno.makeTempFileSync();
  const stack = new DisposableStack();
  stack.defer(() => Deno.removeSync(path));
  const options = { create: "if-missing", size: 100 } as const;
  const one = stack.use(MappedFile.open(path, options));
  const other = stack.use(MappedFile.open(path, options));
  return { path, one, other, [Symbol.dispose]: () => stack.dispose() };
}
