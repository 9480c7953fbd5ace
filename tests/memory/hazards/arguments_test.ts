// Wrong arguments are refused before libc sees them. The tests of the first
// part run without the permission for FFI: whatever reaches for libc there
// fails with NotCapable instead.

import {
  ftok,
  IPC_SET,
  madvise,
  MappedFile,
  mmap,
  msync,
  Segment,
  SharedMemory,
  shmat,
  shmctl,
  shmdt,
  shmget,
} from "../../../mod.ts";
import { assertRefused, outcomeOf } from "../../helpers/memory/outcomes.ts";

/** A call, the class of its error, and a part of its message. */
type Case = readonly [() => unknown, "TypeError" | "RangeError", string];

// What a caller without types may pass: JSON is not checked.
const FIVE = JSON.parse('"5"');
const WORD = JSON.parse('"maybe"');
const NUMBER = JSON.parse("5");
const NULL = JSON.parse("null");

/** Values that are no size, with what is said about them. */
const WRONG_SIZES: readonly (readonly [number, Case[1], string])[] = [
  [0, "RangeError", "from 1 to 9007199254740991: received 0"],
  [-1, "RangeError", "received -1"],
  [1.5, "RangeError", "received 1.5"],
  [NaN, "RangeError", "received NaN"],
  [Infinity, "RangeError", "received Infinity"],
  [2 ** 53, "RangeError", "received 9007199254740992"],
  [FIVE, "TypeError", 'it must be a number: received "5"'],
  [NULL, "TypeError", "it must be a number: received null"],
];

/** Values that do not fit into 32 bits with a sign. */
const WRONG_INTS: readonly (readonly [number, Case[1], string])[] = [
  [
    2 ** 31,
    "RangeError",
    "from -2147483648 to 2147483647: received 2147483648",
  ],
  [-(2 ** 31) - 1, "RangeError", "received -2147483649"],
  [1.5, "RangeError", "received 1.5"],
  [NaN, "RangeError", "received NaN"],
  [FIVE, "TypeError", 'it must be a number: received "5"'],
];

const WRONG_MODES: readonly (readonly [number, Case[1], string])[] = [
  [0o1000, "RangeError", "from 0 to 0o777: received 0o1000"],
  [0o4755, "RangeError", "received 0o4755"],
  [-1, "RangeError", "received 0o-1"],
  [1.5, "RangeError", "received 0o1.4"],
  [NaN, "RangeError", "received 0oNaN"],
  [FIVE, "TypeError", 'received "5"'],
];

const WRONG_ADDRESSES: readonly (readonly [bigint, Case[1], string])[] = [
  [-1n, "RangeError", "from 4096 on and below 2^64: received -1"],
  [0n, "RangeError", "received 0"],
  [2n ** 64n, "RangeError", "received 18446744073709551616"],
  [NUMBER, "TypeError", "it must be a bigint: received 5"],
  [FIVE, "TypeError", 'it must be a bigint: received "5"'],
];

const WRONG_NAMES: readonly (readonly [string, Case[1], string])[] = [
  ["", "TypeError", "one component"],
  ["/", "TypeError", 'the name "/": it must be one component'],
  [".", "TypeError", "one component"],
  ["/..", "TypeError", "one component"],
  ["a/b", "TypeError", 'the name "a/b": it must be one component'],
  ["//frames", "TypeError", "one component"],
  ["/frames/", "TypeError", "one component"],
  ["/frames\0", "TypeError", '"/frames\\u0000": it contains a NUL'],
  [`/${"x".repeat(256)}`, "RangeError", "it has 256 bytes"],
  ["é".repeat(128), "RangeError", "256 bytes, and Linux"],
  [NUMBER, "TypeError", "it must be a string: received 5"],
  [NULL, "TypeError", "it must be a string: received null"],
];

/** Makes a case of each wrong value. */
function each<Value>(
  wrong: readonly (readonly [Value, Case[1], string])[],
  call: (value: Value) => unknown,
): Case[] {
  return wrong.map(([value, name, says]) => [() => call(value), name, says]);
}

function check(cases: readonly Case[]): void {
  for (const [call, name, says] of cases) {
    assertRefused(outcomeOf(call), name, says);
  }
}

/** Declares a test that cannot call libc. */
function testWithoutLibc(name: string, cases: readonly Case[]): void {
  Deno.test({
    name,
    permissions: { read: true, write: true, ffi: false },
    fn: () => check(cases),
  });
}

testWithoutLibc("sizes that are not positive safe integers are refused", [
  ...each(WRONG_SIZES, (size) => Segment.create({ size })),
  ...each(WRONG_SIZES, (size) => SharedMemory.create("/frames", { size })),
  ...each(WRONG_SIZES, (size) => SharedMemory.anonymous({ size })),
  ...each(
    WRONG_SIZES,
    (size) => MappedFile.open("/tmp/none", { create: "exclusive", size }),
  ),
  ...each(WRONG_SIZES, (length) => mmap(null, { length })),
]);

testWithoutLibc("sizes to compare with are refused before anything is opened", [
  ...each(WRONG_SIZES, (size) => Segment.open({ id: 1, size })),
  ...each(WRONG_SIZES, (minSize) => Segment.open({ id: 1, minSize })),
  ...each(WRONG_SIZES, (size) => SharedMemory.open("/frames", { size })),
  ...each(WRONG_SIZES, (minSize) => SharedMemory.open("/frames", { minSize })),
  ...each(WRONG_SIZES, (size) => MappedFile.open("/tmp/none", { size })),
]);

testWithoutLibc(
  "shmget() refuses what is no size, and not 0",
  each(WRONG_SIZES.slice(1), (size) => shmget(1, size)),
);

testWithoutLibc("modes above 0o777 are refused", [
  ...each(WRONG_MODES, (mode) => Segment.create({ size: 1, mode })),
  ...each(WRONG_MODES, (mode) => SharedMemory.create("/a", { size: 1, mode })),
  ...each(
    WRONG_MODES,
    (mode) => MappedFile.open("/tmp/a", { create: "exclusive", size: 1, mode }),
  ),
  ...each(WRONG_MODES, (mode) => shmctl(1, IPC_SET, { mode })),
]);

testWithoutLibc("keys and ids that do not fit into 32 bits are refused", [
  ...each(WRONG_INTS, (key) => shmget(key, 0)),
  ...each(WRONG_INTS, (key) => Segment.create({ size: 1, key })),
  ...each(WRONG_INTS, (key) => Segment.open({ key })),
  ...each(WRONG_INTS, (id) => Segment.open({ id })),
  ...each(WRONG_INTS, (id) => shmat(id)),
  ...each(WRONG_INTS, (id) => shmctl(id, IPC_SET, {})),
]);

testWithoutLibc("flags that do not fit into 32 bits are refused", [
  [() => shmget(1, 0, 2 ** 32), "RangeError", "Cannot use flags"],
  [() => shmget(1, 0, -(2 ** 31) - 1), "RangeError", "received -2147483649"],
  [() => shmget(1, 0, 1.5), "RangeError", "received 1.5"],
  [() => shmget(1, 0, NaN), "RangeError", "received NaN"],
  [() => shmget(1, 0, FIVE), "TypeError", "must be a number"],
]);

testWithoutLibc(
  "owners that do not fit into 32 bits without a sign are refused",
  [
    [() => shmctl(1, IPC_SET, { uid: -1 }), "RangeError", "Cannot use uid"],
    [
      () => shmctl(1, IPC_SET, { gid: 2 ** 32 }),
      "RangeError",
      "Cannot use gid",
    ],
    [() => shmctl(1, IPC_SET, { uid: 1.5 }), "RangeError", "received 1.5"],
    [() => shmctl(1, IPC_SET, { gid: FIVE }), "TypeError", "must be a number"],
  ],
);

testWithoutLibc("shmctl() refuses a command that it does not know", [
  [() => shmctl(7, JSON.parse("99")), "RangeError", "no command 99"],
  [() => shmctl(7, JSON.parse("1.5")), "RangeError", "no command 1.5"],
  [() => shmctl(7, FIVE), "RangeError", 'segment 7: there is no command "5"'],
]);

testWithoutLibc("addresses that no pointer holds are refused", [
  ...each(WRONG_ADDRESSES, (address) => shmat(1, { address })),
  ...each(WRONG_ADDRESSES, (address) => mmap(null, { length: 1, address })),
]);

testWithoutLibc("names that are not one component are refused", [
  ...each(WRONG_NAMES, (name) => SharedMemory.create(name, { size: 1 })),
  ...each(WRONG_NAMES, (name) => SharedMemory.open(name)),
  ...each(WRONG_NAMES, (name) => SharedMemory.unlink(name)),
]);

const WRONG_PATHS: readonly (readonly [string, Case[1], string])[] = [
  ["", "TypeError", "Cannot use the path: it is empty"],
  ["/tmp/a\0b", "TypeError", "it contains a NUL"],
  [NUMBER, "TypeError", "Cannot use 5 as a path"],
  [NULL, "TypeError", "Cannot use null as a path"],
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
  [() => ftok("/tmp", ""), "RangeError", 'such a code: received ""'],
  [() => ftok("/tmp", "ab"), "RangeError", 'received "ab"'],
  [() => ftok("/tmp", "€"), "RangeError", 'received "€"'],
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
