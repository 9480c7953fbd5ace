/**
 * Every call of the memory layer that takes options, with good ones.
 *
 * @module
 */

import {
  FileLock,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  MappedFile,
  mmap,
  msync,
  munmap,
  Segment,
  SharedMemory,
  shmat,
  shmctl,
  shmdt,
} from "../../../mod.ts";
import { randomName } from "../names.ts";

/** The same object with an id, its getters and traps untouched. */
function withId(options: object, id: number): object {
  if (!("id" in options)) {
    Reflect.defineProperty(options, "id", { value: id, enumerable: true });
  }
  return options;
}

/** Something to use, made new for each try, and removed again. */
export function fixture() {
  using stack = new DisposableStack();
  const path = Deno.makeTempFileSync();
  stack.defer(() => Deno.removeSync(path));
  Deno.writeFileSync(path, new Uint8Array(5003));
  const name = randomName();
  const memory = stack.use(SharedMemory.create(name, { size: 5003 }));
  stack.defer(() => memory.unlink());
  const file = stack.use(MappedFile.open(path, { access: "read-write" }));
  const segment = stack.use(Segment.create({ size: 5003 }));
  // Its handle may be closed by then.
  stack.defer(() => shmctl(segment.id, IPC_RMID));
  const mapping = stack.use(memory.map());
  const owned = stack.move();
  return {
    path,
    name,
    memory,
    file,
    segment,
    mapping,
    [Symbol.dispose]: () => owned.dispose(),
  };
}

export type Fixture = ReturnType<typeof fixture>;

/** Undoes what a call made that was not expected to succeed. */
export function undo(made: unknown): void {
  if (made instanceof SharedMemory && made.created && made.name !== null) {
    made.unlink();
  }
  if (made instanceof Segment && made.created) made.remove();
  if (made instanceof Uint8Array) munmap(made);
  else if (
    typeof made === "object" && made !== null && Symbol.dispose in made
  ) {
    const { [Symbol.dispose]: dispose } = made;
    if (typeof dispose === "function") Reflect.apply(dispose, made, []);
  }
}

/** A call, the options that work with it, and whether it may be called without. */
export const CALLS: Record<
  string,
  [
    call: (fixture: Fixture, options: unknown) => unknown,
    options: Record<string, unknown>,
    optional: boolean,
  ]
> = {
  "SharedMemory.create": [
    (_, options) =>
      Reflect.apply(SharedMemory.create, SharedMemory, [randomName(), options]),
    {
      size: 100,
      mode: 0o600,
      ifExists: "fail",
      ifStale: "fail",
      sparse: false,
    },
    false,
  ],
  "SharedMemory.open": [
    ({ name }, options) =>
      Reflect.apply(SharedMemory.open, SharedMemory, [name, options]),
    { access: "read", size: 5003, minSize: 1, timeoutMs: 5, sparse: false },
    true,
  ],
  "SharedMemory.anonymous": [
    (_, options) =>
      Reflect.apply(SharedMemory.anonymous, SharedMemory, [options]),
    { size: 100, label: "x", resizable: true, sparse: false },
    false,
  ],
  "SharedMemory.map": [
    ({ memory }, options) => Reflect.apply(memory.map, memory, [options]),
    {
      access: "read",
      offset: 3,
      length: 9,
      populate: true,
      lock: false,
      address: undefined,
    },
    true,
  ],
  "MappedFile.open": [
    ({ path }, options) =>
      Reflect.apply(MappedFile.open, MappedFile, [path, options]),
    {
      access: "read-write",
      create: "if-missing",
      size: 5003,
      minSize: 1,
      mode: 0o600,
      sparse: true,
    },
    true,
  ],
  "MappedFile.map": [
    ({ file }, options) => Reflect.apply(file.map, file, [options]),
    { access: "copy-on-write", offset: 3, length: 9, populate: true },
    true,
  ],
  "Segment.create": [
    (_, options) => Reflect.apply(Segment.create, Segment, [options]),
    {
      size: 100,
      key: IPC_PRIVATE,
      mode: 0o600,
      ifExists: "fail",
      removeOnLastDetach: false,
      noReserve: false,
    },
    false,
  ],
  "Segment.open": [
    ({ segment }, options) =>
      Reflect.apply(Segment.open, Segment, [
        options === "good"
          ? { id: segment.id }
          : typeof options === "object" && options !== null
          ? withId(options, segment.id)
          : options,
      ]),
    { size: 5003, minSize: 1 },
    false,
  ],
  "Segment.attach": [
    ({ segment }, options) => Reflect.apply(segment.attach, segment, [options]),
    { access: "read", roundDown: true, lock: false },
    true,
  ],
  "Segment.set": [
    ({ segment }, options) => Reflect.apply(segment.set, segment, [options]),
    { mode: 0o640 },
    true,
  ],
  "shmat": [
    ({ segment }, options) =>
      shmdt(Reflect.apply(shmat, undefined, [segment.id, options])),
    { access: "read", roundDown: true },
    true,
  ],
  "shmctl": [
    ({ segment }, options) =>
      Reflect.apply(shmctl, undefined, [segment.id, IPC_SET, options]),
    { mode: 0o640 },
    true,
  ],
  "mmap": [
    ({ path }, options) => Reflect.apply(mmap, undefined, [path, options]),
    { access: "read", offset: 0, length: 9, fixed: false, noReserve: false },
    true,
  ],
  "msync": [
    ({ mapping }, options) =>
      Reflect.apply(msync, undefined, [mapping.bytes, options]),
    { async: true, invalidate: false },
    true,
  ],
  "Mapping.sync": [
    ({ mapping }, options) => Reflect.apply(mapping.sync, mapping, [options]),
    { async: true, invalidate: false },
    true,
  ],
  "FileLock.tryLock": [
    ({ file }, options) =>
      Reflect.apply(FileLock.tryLock, FileLock, [file, options]),
    { kind: "shared", byteOffset: 3, byteLength: 5 },
    true,
  ],
  "FileLock.lock": [
    ({ file }, options) =>
      Reflect.apply(FileLock.lock, FileLock, [file, options]),
    { kind: "shared", byteOffset: 3, byteLength: 5, timeoutMs: 1 },
    true,
  ],
  "FileLock.test": [
    ({ file }, options) =>
      Reflect.apply(FileLock.test, FileLock, [file, options]),
    { kind: "shared", byteOffset: 3, byteLength: 5 },
    true,
  ],
};
