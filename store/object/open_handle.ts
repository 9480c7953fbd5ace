import { PATIENCE_MS, retryFor } from "../../memory/checks/retry.ts";
import { MappedFile } from "../../memory/file/mapped_file.ts";
import type { ObjectAccess } from "../../memory/posix/object_options.ts";
import { SharedMemory } from "../../memory/posix/shared_memory.ts";
import type { CheckedPlace } from "./place.ts";

/** Opens as soon as its creator has given it its size. */
export function openHandle<A extends ObjectAccess>(
  what: string,
  { kind, name }: CheckedPlace,
  access: A,
): SharedMemory<A> | MappedFile<A> {
  if (kind === "name") return openNamed(name, access);
  const file = retryFor(PATIENCE_MS, () => {
    const file = MappedFile.open(name, { access });
    if (file.size > 0) return file;
    file.close();
    return undefined;
  });
  if (file !== undefined) return file;
  throw new Deno.errors.TimedOut(
    `Cannot open ${what}: the file has been empty for ${PATIENCE_MS} ms, so the process that created it died; remove it`,
  );
}

function openNamed<A extends ObjectAccess>(
  name: string,
  access: A,
): SharedMemory<A> {
  const memory: SharedMemory = SharedMemory.open(name, { access });
  return memory as SharedMemory<A>;
}
