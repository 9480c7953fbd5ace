/** Wrong paths, labels, windows and sizes of what exists. */

import {
  ftok,
  madvise,
  MappedFile,
  mmap,
  msync,
  Segment,
  SharedMemory,
  shmat,
  shmdt,
} from "../../../mod.ts";
import { assertRefused, outcomeOf } from "../../helpers/memory/outcomes.ts";
import {
  type Case,
  check,
  each,
  FIVE,
  NULL,
  NUMBER,
  testWithoutLibc,
  WORD,
  WRONG_MODES,
  WRONG_SIZES,
} from "../../helpers/memory/wrong_arguments.ts";

const WRONG_PATHS: readonly (readonly [string, Case[1], string])[] = [
  ["", "TypeError", "Cannot use the path: it is empty"],
  ["/tmp/a\0b", "TypeError", "it contains a NUL"],
  [NUMBER, "TypeError", "Cannot use 5 as a path"],
  [NULL, "TypeError", "Cannot use null as a path"],
  // Deno itself panics when it is asked for one of these.
  ["é".repeat(2 ** 28), "RangeError", "it has 268435456 characters"],
  ["/".repeat(2 ** 28), "RangeError", "it has 268435456 characters"],
];

testWithoutLibc("paths that are empty, hold a NUL or are none are refused", [
  ...each(WRONG_PATHS, (path) => MappedFile.open(path)),
  ...each(WRONG_PATHS, (path) => SharedMemory.openPath(path)),
]);

testWithoutLibc("ftok() takes one character or 8 bits", [
  [() => ftok("/tmp", -1), "RangeError", "from 0 to 255: received -1"],
  [() => ftok("/tmp", 256), "RangeError", "received 256"],
  [() => ftok("/tmp", 1.5), "RangeError", "received 1.5"],
  [() => ftok("/tmp", NaN), "RangeError", "received NaN"],
  [() => Reflect.apply(ftok, null, ["/tmp", 7n]), "TypeError", "received 7n"],
  [() => ftok("/tmp", NULL), "TypeError", "received null"],
  [() => ftok("/tmp", ""), "RangeError", 'such a code: received ""'],
  [() => ftok("/tmp", "ab"), "RangeError", 'received "ab"'],
  [() => ftok("/tmp", "€"), "RangeError", 'received "€"'],
  // As characters it would not fit into memory, which ends the process.
  [() => ftok("/tmp", "x".repeat(2 ** 27)), "RangeError", 'received "xxx'],
]);

testWithoutLibc("words that are not among the choices are refused", [
  [() => shmat(1, { access: WORD }), "TypeError", '"read", "read-write": rec'],
  [
    () => shmat(1, { access: JSON.parse('"copy-on-write"') }),
    "TypeError",
    'Cannot use access: it must be one of "read", "read-write": received',
  ],
  [() => Segment.create({ size: 1, ifExists: WORD }), "TypeError", "ifExists"],
  [
    () => Segment.create({ size: 1, hugePages: WORD }),
    "TypeError",
    'Cannot use hugePages: it must be one of "2MB", "1GB": received "maybe"',
  ],
  [
    () => SharedMemory.create("/a", { size: 1, ifExists: WORD }),
    "TypeError",
    'Cannot use ifExists: it must be one of "fail", "open"',
  ],
  [
    () => SharedMemory.create("/a", { size: 1, ifStale: WORD }),
    "TypeError",
    'Cannot use ifStale: it must be one of "fail", "replace"',
  ],
  [
    () => SharedMemory.open("/a", { access: JSON.parse('"copy-on-write"') }),
    "TypeError",
    '"read", "read-write": received "copy-on-write"',
  ],
  [() => SharedMemory.openPath("/a", { access: WORD }), "TypeError", "access"],
  [() => MappedFile.open("/a", { access: WORD }), "TypeError", "copy-on-write"],
  [
    () => MappedFile.open("/a", { create: WORD, size: 1 }),
    "TypeError",
    'Cannot use create: it must be one of "if-missing", "exclusive"',
  ],
  [
    () => mmap(null, { length: 1, access: WORD }),
    "TypeError",
    "Cannot use acc",
  ],
]);

testWithoutLibc("huge pages take sizes that are multiples of them", [
  [
    () => Segment.create({ size: 3333, hugePages: "2MB" }),
    "RangeError",
    "a multiple of 2097152: received 3333",
  ],
  [
    () => SharedMemory.anonymous({ size: 2 ** 21, hugePages: "1GB" }),
    "RangeError",
    "a multiple of 1073741824: received 2097152",
  ],
  [
    () => mmap(null, { length: 3333, hugePages: "2MB" }),
    "RangeError",
    "Cannot use huge pages of 2MB",
  ],
]);

testWithoutLibc("patience that is no time is refused", [
  [
    () => SharedMemory.open("/a", { timeoutMs: -1 }),
    "RangeError",
    "Cannot use timeoutMs",
  ],
  [
    () => SharedMemory.openPath("/a", { timeoutMs: NaN }),
    "RangeError",
    "received NaN",
  ],
  [
    () => SharedMemory.open("/a", { timeoutMs: FIVE }),
    "TypeError",
    'received "5"',
  ],
]);

testWithoutLibc("options that contradict each other are refused", [
  [() => Segment.open({}), "TypeError", "give its key or its id"],
  [() => Segment.open({ key: 1, id: 1 }), "TypeError", "received 1 and 1"],
  [() => Segment.open({ key: 0 }), "RangeError", "key 0 is IPC_PRIVATE"],
  [
    () => MappedFile.open("/tmp/a", { create: "exclusive" }),
    "TypeError",
    "Cannot create a file without a size",
  ],
  [
    () =>
      MappedFile.open("/tmp/a", {
        create: JSON.parse('"exclusive"'),
        access: "read",
        size: 1,
      }),
    "TypeError",
    'Cannot create a file with access "read"',
  ],
  [() => mmap(null, JSON.parse("{}")), "TypeError", "it takes a length"],
  [() => mmap(null, { length: 1, offset: 0 }), "TypeError", "and no offset"],
  [() => mmap(null, { length: 1, fixed: true }), "TypeError", "an address"],
  [
    () => mmap("/tmp/a", { hugePages: "2MB" }),
    "TypeError",
    "Cannot map a file with huge pages",
  ],
]);

testWithoutLibc("what is no memory is refused", [
  [() => shmdt(NUMBER), "TypeError", "Cannot detach the memory: it takes"],
  [() => shmdt(NULL), "TypeError", "received object"],
  [() => msync(WORD), "TypeError", "Cannot sync the memory: it takes"],
  [() => madvise(NULL, "normal"), "TypeError", 'Cannot advise "normal"'],
]);

// From here on libc is open, although it does not get to see these either.

Deno.test("ftok() refuses paths that are empty, hold a NUL or are none", () => {
  check(each(WRONG_PATHS, (path) => ftok(path, 1)));
});

Deno.test("SharedMemory.anonymous() refuses labels that C cannot hold", () => {
  check([
    [
      () => SharedMemory.anonymous({ size: 1, label: "a\0b" }),
      "TypeError",
      "it contains a NUL",
    ],
    [
      () => SharedMemory.anonymous({ size: 1, label: NUMBER }),
      "TypeError",
      "received 5",
    ],
    [
      () => SharedMemory.anonymous({ size: 1, label: "ä".repeat(125) }),
      "RangeError",
      "it has 250 bytes, and 249 are allowed",
    ],
  ]);
});

Deno.test("windows that do not lie in the memory are refused with both sizes", () => {
  using memory = SharedMemory.anonymous({ size: 3333 });
  check([
    [() => memory.map({ offset: -1 }), "RangeError", "Cannot use offset"],
    [() => memory.map({ offset: 1.5 }), "RangeError", "received 1.5"],
    [() => memory.map({ offset: NaN }), "RangeError", "received NaN"],
    [() => memory.map({ offset: FIVE }), "TypeError", 'received "5"'],
    [() => memory.map({ length: -1 }), "RangeError", "Cannot use length"],
    [() => memory.map({ length: 1.5 }), "RangeError", "received 1.5"],
    [() => memory.map({ length: FIVE }), "TypeError", 'received "5"'],
    [() => memory.map({ length: 0 }), "RangeError", "3333 bytes, and 0 from"],
    [
      () => memory.map({ length: 3334 }),
      "RangeError",
      "Cannot map shared memory without a name: it has 3333 bytes, and 3334 from offset 0 on were asked for",
    ],
    [
      () => memory.map({ offset: 3333 }),
      "RangeError",
      "it has 3333 bytes, and 0 from offset 3333",
    ],
    [
      () => memory.map({ offset: 1, length: 3333 }),
      "RangeError",
      "and 3333 from offset 1 on",
    ],
    [
      () => memory.map({ offset: Number.MAX_SAFE_INTEGER }),
      "RangeError",
      "it has 3333 bytes",
    ],
    [() => memory.map({ access: WORD }), "TypeError", "Cannot use access"],
  ]);
});

Deno.test("an empty file is refused, and told so", () => {
  const path = Deno.makeTempFileSync();
  using cleanup = new DisposableStack();
  cleanup.defer(() => Deno.removeSync(path));
  using file = MappedFile.open(path);
  check([
    [() => file.map(), "RangeError", `Cannot map "${path}": it is empty`],
    [() => mmap(path), "RangeError", "give it a size first"],
    [
      () => mmap(path, { offset: 1 }),
      "RangeError",
      "the offset must be a multiple of the page size",
    ],
  ]);
});

Deno.test("new sizes that are not positive safe integers are refused", () => {
  using memory = SharedMemory.anonymous({ size: 3333, resizable: true });
  check(each(WRONG_SIZES, (size) => memory.resize(size)));
});

Deno.test("seals and advice that are not among the choices are refused", () => {
  using memory = SharedMemory.anonymous({ size: 3333 });
  using mapping = memory.map();
  check([
    [
      () => memory.seal(WORD),
      "TypeError",
      'Cannot use seal: it must be one of "shrink"',
    ],
    [() => memory.seal("grow", WORD), "TypeError", 'received "maybe"'],
  ]);
  for (const advice of ["maybe", "constructor", "__proto__"]) {
    const word = JSON.parse(JSON.stringify(advice));
    for (
      const call of [
        () => mapping.advise(word),
        () => madvise(mapping.bytes, word),
      ]
    ) {
      assertRefused(outcomeOf(call), "NotSupported", `no advice "${advice}"`);
    }
  }
});

Deno.test("Segment.set() refuses wrong owners and modes", () => {
  using segment = Segment.create({ size: 3333, removeOnLastDetach: true });
  check([
    ...each(WRONG_MODES, (mode) => segment.set({ mode })),
    [() => segment.set({ uid: -1 }), "RangeError", "Cannot use uid"],
    [() => segment.set({ gid: 2 ** 32 }), "RangeError", "Cannot use gid"],
  ]);
});
