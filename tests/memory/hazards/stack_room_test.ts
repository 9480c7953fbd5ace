/**
 * Calls at the end of the stack of JavaScript: they fail, and leave nothing behind.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { MappedFile, Segment, SharedMemory } from "../../../mod.ts";
import { Semaphore } from "../../../sync/mod.ts";
import { traces } from "../../helpers/channel/ends.ts";
import { atEveryDepth } from "../../helpers/memory/every_depth.ts";
import { twoFiles } from "../../helpers/memory/two_files.ts";
import { namesOf, randomKey } from "../../helpers/names.ts";

Deno.test("memory that cannot be made for want of stack leaves no name and no descriptor", () => {
  using names = namesOf();
  const makers = [
    (name: string) => SharedMemory.create(name, { size: 5000 }),
    (name: string) => Semaphore.create(name),
  ];
  for (const make of makers) {
    const { failed, done } = atEveryDepth((number) => {
      using _handle = make(`${names.start}-${number}`);
    });
    assert(failed > 0 && done > 0, `${failed} and ${done}`);
    // What was made and could not be closed counts as failed, too.
    assertEquals(traces(names.start), []);
    assertEquals(names.remove(), done);
  }
});

Deno.test("what cannot be opened or mapped for want of stack stays neither open nor mapped", () => {
  using files = twoFiles();
  files.other.close();
  const before = traces(files.path).length;
  const { failed, done } = atEveryDepth(() => {
    using file = MappedFile.open(files.path, { access: "read-write" });
    using _mapping = file.map();
  });
  assert(failed > 0 && done > 0, `${failed} and ${done}`);
  assertEquals(traces(files.path).length, before);

  const key = randomKey();
  using segment = Segment.create({ key, size: 5000 });
  try {
    const outcome = atEveryDepth(() => {
      using _mapping = segment.attach();
    });
    assert(outcome.failed > 0 && outcome.done > 0);
    assertEquals(traces(`SYSV${key.toString(16).padStart(8, "0")}`), []);
  } finally {
    segment.remove();
  }
});

Deno.test("a handle that could not be closed for want of stack is closed by the next call", () => {
  using names = namesOf();
  let made = 0;
  const makers = [
    (name: string) => SharedMemory.create(name, { size: 5000 }),
    (name: string) => {
      using memory = SharedMemory.create(name, { size: 5000 });
      const mapping = memory.map();
      return { close: () => mapping.unmap() };
    },
    (name: string) => Semaphore.create(name),
  ];
  for (const make of makers) {
    let handle = make(`${names.start}-${made++}`);
    const { failed, done } = atEveryDepth(() => {
      handle.close();
      handle = make(`${names.start}-${made++}`);
    });
    handle.close();
    assert(failed > 0 && done > 0, `${failed} and ${done}`);
    assertEquals(traces(names.start), []);
  }
});
