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
import { asNobody, inIpcNamespace, withLimits } from "../../helpers/limits.ts";
import { randomKey } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  assertRefused,
  assertSystemError,
  assertValue,
  outcomeOf,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";

/** Ids are reused slowly, so nobody has this one. */
const NO_ID = 0x7fff_ffff;

/** A segment that is gone at the end of the block. */
function makeSegment(key = IPC_PRIVATE, mode = 0o600) {
  const segment = Segment.create({ key, size: 3333, mode });
  return { segment, [Symbol.dispose]: () => segment.remove() };
}

function keyLabel(key: number): string {
  return `segment with key 0x${(key >>> 0).toString(16)}`;
}

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

Deno.test(needing(
  ["root", "unshare"],
  "shmget() fails with EINVAL and ENOSPC above the limits of the system",
  async () => {
    const limits = { shmmax: 50_000, shmall: 20, shmmni: 3 };
    const outcomes = await outcomesOf(
      `
        import { Segment, SHM_INFO, shmctl } from "mod.ts";
        attempt("shmmax", () => Segment.create({ size: 50_001 }));
        Segment.create({ size: 50_000 }); // 13 of 20 pages
        attempt("shmall", () => Segment.create({ size: 33_000 }));
        Segment.create({ size: 1 });
        Segment.create({ size: 1 });
        attempt("shmmni", () => Segment.create({ size: 1 }));
        attempt("left", () => shmctl(0, SHM_INFO).segments);
      `,
      (command) => inIpcNamespace(limits, command),
    );
    assertSystemError(outcomes.shmmax, {
      name: "SystemError",
      code: "EINVAL",
      syscall: "shmget",
      says: ["Cannot create segment", "above the limit of the system"],
    });
    for (const limit of ["shmall", "shmmni"]) {
      assertSystemError(outcomes[limit], {
        name: "SystemError",
        code: "ENOSPC",
        syscall: "shmget",
        says: ["Cannot create segment", `kernel.${limit}`, "Segment.list()"],
      });
    }
    assertValue(outcomes.left, 3);
  },
));

Deno.test(needing(
  ["prlimit", "native"],
  "shmat() fails with ENOMEM when the address space is used up",
  async () => {
    const outcomes = await outcomesOf(
      `
        import { Segment } from "mod.ts";
        const segment = Segment.create({ size: 2 ** 38, noReserve: true });
        try {
          attempt("attach", () => segment.attach());
          attempt("attachments", () => segment.status().attachments);
        } finally {
          segment.remove();
        }
      `,
      (command) => withLimits({ as: 2 ** 37 }, command),
    );
    assertSystemError(outcomes.attach, {
      name: "SystemError",
      code: "ENOMEM",
      syscall: "shmat",
      says: ["Cannot attach segment", "ulimit -v"],
    });
    assertValue(outcomes.attachments, 0);
  },
));

Deno.test(needing(
  ["root", "setpriv", "prlimit"],
  "System V calls fail with EACCES and EPERM for a user without rights",
  async () => {
    const key = randomKey();
    using secret = makeSegment(key, 0o600);
    using open = makeSegment(IPC_PRIVATE, 0o644);
    const folder = Deno.makeTempDirSync();
    using cleanup = new DisposableStack();
    cleanup.defer(() => Deno.removeSync(folder, { recursive: true }));

    const outcomes = await outcomesOf(
      `
        import {
          ftok, IPC_CREAT, IPC_PRIVATE, IPC_RMID, IPC_SET, IPC_STAT, Segment,
          SHM_HUGETLB, SHM_LOCK, SHM_UNLOCK, shmat, shmctl, shmget,
        } from "mod.ts";
        const [key, secret, open] = Deno.args.map(Number);
        attempt("find", () => shmget(key, 0, 0o600));
        attempt("open", () => Segment.open({ key }));
        attempt("attach", () => shmat(secret));
        attempt("attach for reading", () => shmat(secret, { access: "read" }));
        attempt("attach for writing", () => shmat(open));
        attempt("read", () => shmat(open, { access: "read" }).byteLength);
        attempt("status", () => shmctl(secret, IPC_STAT));
        attempt("set", () => shmctl(open, IPC_SET, { mode: 0o666 }));
        attempt("remove", () => shmctl(open, IPC_RMID));
        attempt("lock", () => shmctl(open, SHM_LOCK));
        attempt("unlock", () => shmctl(open, SHM_UNLOCK));
        attempt("ftok", () => ftok(Deno.args[3] + "/file", "A"));
        const flags = IPC_CREAT | SHM_HUGETLB | 0o600;
        attempt("huge", () => shmget(IPC_PRIVATE, 2 ** 21, flags));
      `,
      (command) => withLimits({ memlock: 0 }, asNobody(command)),
      {
        args: [...[key, secret.segment.id, open.segment.id], folder].map(
          String,
        ),
      },
    );
    const denied = (
      label: string,
      code: string,
      syscall: string,
      says: string,
    ) =>
      assertSystemError(outcomes[label], {
        name: "PermissionDenied",
        code,
        syscall,
        says: [says],
      });
    denied("find", "EACCES", "shmget", `Cannot find ${keyLabel(key)}`);
    denied("open", "EACCES", "shmctl", `segment with id ${secret.segment.id}`);
    denied("attach", "EACCES", "shmat", `segment ${secret.segment.id}`);
    denied("attach for reading", "EACCES", "shmat", "the mode of the segment");
    denied("attach for writing", "EACCES", "shmat", 'access: "read"');
    assertValue(outcomes.read, 3333);
    denied("status", "EACCES", "shmctl", `segment ${secret.segment.id}`);
    for (const label of ["set", "remove", "lock", "unlock"]) {
      denied(label, "EPERM", "shmctl", "only the owner, the creator or root");
    }
    denied("ftok", "EACCES", "ftok", `Cannot make a key of "${folder}/file"`);
    denied("huge", "EPERM", "shmget", "CAP_IPC_LOCK");
  },
));

Deno.test(needing(
  ["root", "setpriv", "prlimit", "native"],
  "SHM_LOCK fails with EPERM without a limit, and with ENOMEM above it",
  async () => {
    const source = `
      import { Segment } from "mod.ts";
      const segment = Segment.create({ size: 333_333 });
      try {
        attempt("SHM_LOCK", () => segment.lock());
        attempt("locked", () => segment.status().locked);
        attempt("mlock", () => segment.attach({ lock: true }));
        attempt("attachments", () => segment.status().attachments);
      } finally {
        segment.remove();
      }
    `;
    const none = await outcomesOf(
      source,
      (command) => withLimits({ memlock: 0 }, asNobody(command)),
    );
    const little = await outcomesOf(
      source,
      (command) => withLimits({ memlock: 16_384 }, asNobody(command)),
    );
    for (
      const [call, syscall] of [["SHM_LOCK", "shmctl"], [
        "mlock",
        "mlock",
      ]] as const
    ) {
      assertSystemError(none[call], {
        name: "PermissionDenied",
        code: "EPERM",
        syscall,
        says: ["segment ", "ulimit -l"],
      });
      assertSystemError(little[call], {
        name: "SystemError",
        code: "ENOMEM",
        syscall,
        says: ["segment ", "more memory would be locked than the limit allows"],
      });
    }
    for (const outcomes of [none, little]) {
      assertValue(outcomes.locked, false);
      assertValue(outcomes.attachments, 0);
    }
  },
));

Deno.test(needing(
  ["root", "setpriv", "native"],
  "Segment.list() shows a user without rights the segments of others",
  async () => {
    using secret = makeSegment();
    const outcomes = await outcomesOf(
      `
        import { Segment } from "mod.ts";
        attempt("size", () =>
          Segment.list().find(({ id }) => id === Number(Deno.args[0])).size);
      `,
      asNobody,
      { args: [String(secret.segment.id)] },
    );
    assertValue(outcomes.size, 3333);
  },
));
