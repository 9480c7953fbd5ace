// What the kernel asks for, and not more: an owner may remove and change a segment that he
// cannot read.

import { assertEquals } from "../../../deps.ts";
import { asNobody, inIpcNamespace } from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";
import { outcomesOf } from "../../helpers/memory/outcomes.ts";

Deno.test(needing(
  ["root", "setpriv", "unshare", "native"],
  "an owner who cannot read a segment can open, change and remove it",
  async () => {
    const outcomes = await outcomesOf(
      `
import { IPC_SET, IPC_STAT, Segment, shmat, shmctl } from "mod.ts";
const made = Segment.create({ size: 5003, mode: 0 });
attempt("status as C", () => shmctl(made.id, IPC_STAT));
attempt("open", () => Segment.open({ id: made.id }).size);
attempt("status", () => made.status().mode);
attempt("attach", () => made.attach());
attempt("attach at an address", () => shmat(made.id, { address: 0x5000_0000_0000n }));
attempt("set mode", () => made.set({ mode: 0o200 }));
attempt("set all", () => made.set({ mode: 0, uid: 65534, gid: 65534 }));
attempt("set as C", () => shmctl(made.id, IPC_SET, { mode: 0o100 }));
attempt("mode", () => made.status().mode);
attempt("remove", () => Segment.open({ id: made.id }).remove());
attempt("gone", () => Segment.list().length);
`,
      (command) => inIpcNamespace({}, asNobody(command)),
    );
    const seen = Object.fromEntries(
      Object.entries(outcomes).map(([label, { value, failure }]) => [
        label,
        failure === undefined
          ? value ?? "done"
          : `${failure.code} ${failure.syscall}`,
      ]),
    );
    assertEquals(seen, {
      "status as C": "EACCES shmctl",
      "open": 5003,
      "status": 0,
      "attach": "EACCES shmat",
      "attach at an address": "EACCES shmat",
      "set mode": "done",
      "set all": "done",
      "set as C": "done",
      "mode": 0o100,
      "remove": "done",
      "gone": 0,
    });
  },
));

Deno.test(needing(
  ["root", "setpriv", "unshare", "native"],
  "a stranger is told EPERM for what only the owner may do",
  async () => {
    const outcomes = await outcomesOf(
      `
import { IPC_SET, shmat, shmctl } from "mod.ts";
const id = 0;
attempt("set", () => shmctl(id, IPC_SET, { mode: 0o666 }));
attempt("attach at an address", () => shmat(id, { address: 0x5000_0000_0000n }));
`,
      (command) => [
        ...[
          "unshare",
          "-i",
          "sh",
          "-c",
          'ipcmk -M 100 -p 600 > /dev/null && exec "$@"',
          "sh",
        ],
        ...asNobody(command),
      ],
    );
    assertEquals(outcomes["set"]?.failure?.code, "EPERM");
    assertEquals(outcomes["attach at an address"]?.failure?.syscall, "shmat");
  },
));
