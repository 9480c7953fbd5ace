/** System V calls above limits, and for users without rights. */

import { IPC_PRIVATE } from "../../../mod.ts";
import { asNobody, inIpcNamespace, withLimits } from "../../helpers/limits.ts";
import { randomKey } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import {
  assertSystemError,
  assertValue,
  outcomesOf,
} from "../../helpers/memory/outcomes.ts";
import { keyLabel, makeSegment } from "../../helpers/memory/segments.ts";

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
