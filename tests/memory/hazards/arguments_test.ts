// Wrong arguments are refused before libc sees them. The tests of the first
// part run without the permission for FFI: whatever reaches for libc there
// fails with NotCapable instead.

import {
  IPC_SET,
  MappedFile,
  mmap,
  Segment,
  SharedMemory,
  shmat,
  shmctl,
  shmget,
} from "../../../mod.ts";
import {
  type Case,
  each,
  FIVE,
  NULL,
  NUMBER,
  testWithoutLibc,
  WRONG_MODES,
  WRONG_SIZES,
} from "../../helpers/memory/wrong_arguments.ts";

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
