// The ERRORS sections of shmget(2), shmat(2), shmdt(2), shmctl(2) and ftok(3).

import { assertEquals } from "../../../deps.ts";
import {
  ftok,
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  Segment,
  SHM_HUGE_2MB,
  SHM_HUGETLB,
  SHM_LOCK,
  SHM_UNLOCK,
  shmat,
  shmctl,
  shmdt,
  shmget,
} from "../../../mod.ts";
import { randomKey } from "../../helpers/names.ts";
import {
  assertRefused,
  assertSystemError,
  outcomeOf,
} from "../../helpers/memory/outcomes.ts";
import { keyLabel, makeSegment } from "../../helpers/memory/segments.ts";

/** Ids are reused slowly, so nobody has this one. */
const NO_ID = 0x7fff_ffff;

Deno.test("shmget() fails with ENOENT when the key has no segment", () => {
  const key = randomKey();
  assertSystemError(outcomeOf(() => shmget(key, 0)), {
    name: "NotFound",
    code: "ENOENT",
    syscall: "shmget",
    says: [`Cannot find ${keyLabel(key)}: the key has no segment`],
  });
});

Deno.test("Segment.open() fails with ENOENT when the key has no segment", () => {
  const key = randomKey();
  assertSystemError(outcomeOf(() => Segment.open({ key })), {
    name: "NotFound",
    code: "ENOENT",
    syscall: "shmget",
    says: [`Cannot open ${keyLabel(key)}`, "create it first"],
  });
});

Deno.test("shmget() fails with EEXIST when IPC_EXCL finds a segment", () => {
  const key = randomKey();
  using _made = makeSegment(key);
  const flags = IPC_CREAT | IPC_EXCL | 0o600;
  assertSystemError(outcomeOf(() => shmget(key, 3333, flags)), {
    name: "AlreadyExists",
    code: "EEXIST",
    syscall: "shmget",
    says: [`Cannot create ${keyLabel(key)}`, 'ifExists: "open"'],
  });
});

Deno.test("Segment.create() fails with EEXIST when the key has a segment", () => {
  const key = randomKey();
  using _made = makeSegment(key);
  assertSystemError(outcomeOf(() => Segment.create({ key, size: 3333 })), {
    name: "AlreadyExists",
    code: "EEXIST",
    syscall: "shmget",
    says: [`Cannot create ${keyLabel(key)}: the key has a segment already`],
  });
});

Deno.test("shmget() fails with EINVAL when more is asked for than the segment has", () => {
  const key = randomKey();
  using _made = makeSegment(key);
  assertSystemError(outcomeOf(() => shmget(key, 3334, 0o600)), {
    name: "SystemError",
    code: "EINVAL",
    syscall: "shmget",
    says: [keyLabel(key), "larger than the existing segment"],
  });
});

Deno.test("shmget() fails with EINVAL when a new segment has size 0", () => {
  const key = randomKey();
  assertSystemError(outcomeOf(() => shmget(key, 0, IPC_CREAT | 0o600)), {
    name: "SystemError",
    code: "EINVAL",
    syscall: "shmget",
    says: [keyLabel(key), "the size is 0", "shmctl(0, IPC_INFO)"],
  });
});

Deno.test("shmget() fails with ENOMEM when there are not enough huge pages", () => {
  const flags = IPC_CREAT | SHM_HUGETLB | SHM_HUGE_2MB | 0o600;
  assertSystemError(outcomeOf(() => shmget(IPC_PRIVATE, 2 ** 50, flags)), {
    name: "SystemError",
    code: "ENOMEM",
    syscall: "shmget",
    says: ["Cannot create segment", "vm.nr_hugepages"],
  });
});

Deno.test("shmat() fails with EINVAL when there is no segment with the id", () => {
  assertSystemError(outcomeOf(() => shmat(NO_ID)), {
    name: "SystemError",
    code: "EINVAL",
    syscall: "shmat",
    says: [`Cannot attach segment ${NO_ID}: there is no segment with this id`],
  });
});

Deno.test("Segment.attach() fails with EINVAL after the segment was removed", () => {
  const segment = Segment.create({ size: 3333 });
  segment.remove();
  assertSystemError(outcomeOf(() => segment.attach()), {
    name: "SystemError",
    code: "EINVAL",
    syscall: "shmat",
    says: [`segment ${segment.id}`, "Segment.list()"],
  });
});

Deno.test("shmat() fails with EINVAL when the address is taken or not a whole page", () => {
  using made = makeSegment();
  const { segment } = made;
  using attached = segment.attach();
  for (const address of [attached.address, attached.address + 1n]) {
    assertSystemError(outcomeOf(() => shmat(segment.id, { address })), {
      name: "SystemError",
      code: "EINVAL",
      syscall: "shmat",
      says: [`segment ${segment.id}`, "not aligned or not free", "roundDown"],
    });
  }
  assertEquals(segment.status().attachments, 1);
});

Deno.test("shmdt() refuses with a TypeError what shmdt(2) calls EINVAL", () => {
  using made = makeSegment();
  const memory = shmat(made.segment.id);
  const part = memory.subarray(1);
  assertRefused(
    outcomeOf(() => shmdt(part)),
    "TypeError",
    "detach the memory",
    "it is a part of what is attached",
  );
  shmdt(memory);
  for (const wrong of [memory, part, new Uint8Array(3333)]) {
    assertRefused(
      outcomeOf(() => shmdt(wrong)),
      "TypeError",
      "Cannot detach the memory: it is not mapped memory, or was unmapped",
    );
  }
});

Deno.test("shmctl() fails with EINVAL for every command when there is no segment", () => {
  const calls = {
    "read the status of": () => shmctl(NO_ID, IPC_STAT),
    "change": () => shmctl(NO_ID, IPC_SET, { mode: 0o640 }),
    "remove": () => shmctl(NO_ID, IPC_RMID),
    "lock": () => shmctl(NO_ID, SHM_LOCK),
    "unlock": () => shmctl(NO_ID, SHM_UNLOCK),
  };
  for (const [act, call] of Object.entries(calls)) {
    assertSystemError(outcomeOf(call), {
      name: "SystemError",
      code: "EINVAL",
      syscall: "shmctl",
      says: [`Cannot ${act} segment ${NO_ID}`, "no segment with this id"],
    });
  }
});

Deno.test("Segment.remove() fails with EINVAL the second time", () => {
  const segment = Segment.create({ size: 3333 });
  segment.remove();
  for (const call of [() => segment.remove(), () => segment.status()]) {
    assertSystemError(outcomeOf(call), {
      name: "SystemError",
      code: "EINVAL",
      syscall: "shmctl",
      says: [`segment ${segment.id}`],
    });
  }
});

Deno.test("ftok() fails as stat(2) does when the path leads to no file", () => {
  const folder = Deno.makeTempDirSync();
  using cleanup = new DisposableStack();
  cleanup.defer(() => Deno.removeSync(folder, { recursive: true }));
  Deno.writeTextFileSync(`${folder}/file`, "");
  Deno.symlinkSync("loop", `${folder}/loop`);
  const failures = [
    ["missing", "NotFound", "ENOENT", "no such file"],
    ["file/below", "NotADirectory", "ENOTDIR", "not a directory"],
    ["loop", "FilesystemLoop", "ELOOP", "too many symbolic links"],
    ["x".repeat(256), "SystemError", "ENAMETOOLONG", "too long"],
  ] as const;
  for (const [path, name, code, meaning] of failures) {
    assertSystemError(outcomeOf(() => ftok(`${folder}/${path}`, "A")), {
      name,
      code,
      syscall: "ftok",
      says: [`Cannot make a key of "${folder}/${path}"`, meaning],
    });
  }
});
