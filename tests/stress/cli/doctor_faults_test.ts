// The doctor finds each of the faults that are made for it here.

import { assert, assertEquals, assertStringIncludes } from "../../../deps.ts";
import { changed, examine } from "../../cli/doctor/examine.ts";
import { compile } from "../../helpers/cc.ts";
import {
  inIpcNamespace,
  inMemoryGroup,
  withLimits,
} from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";

Deno.test(needing(
  ["root", "unshare", "native"],
  "doctor finds that /dev/shm is missing, read-only, closed, or out of names",
  async () => {
    const missing = await examine(
      ["/dev/shm"],
      changed("mount -t tmpfs tmpfs /dev"),
    );
    assertEquals(missing.code, 1);
    assertEquals(missing.found["/dev/shm"]?.found, "there is no /dev/shm");
    assertEquals(missing.found["/dev/shm, creating"]?.state, "bad");
    const readonly = await examine(
      ["/dev/shm"],
      changed("mount -t tmpfs -o ro,mode=1777 tmpfs /dev/shm"),
    );
    assertEquals(readonly.code, 1);
    const creating = readonly.found["/dev/shm, creating"];
    assertEquals(creating?.state, "bad");
    assertStringIncludes(creating?.found ?? "", "read-only");
    const closed = await examine(
      ["/dev/shm"],
      changed("mount -t tmpfs -o mode=700 tmpfs /dev/shm"),
    );
    assertEquals(closed.found["/dev/shm"]?.state, "warning");
    const nameless = await examine(
      ["/dev/shm"],
      changed("mount -t tmpfs -o nr_inodes=1,mode=1777 tmpfs /dev/shm"),
    );
    assertEquals(nameless.code, 1);
    const names = nameless.found["/dev/shm, names"];
    assertEquals([names?.state, names?.found], ["bad", "0 of 1 left"]);
  },
));

Deno.test(needing(
  ["cc", "native"],
  "doctor finds which calls a sandbox refuses",
  async () => {
    const launcher = await compile("tests/peers/c/libc/without_call.c");
    const without = (call: string) => (command: readonly string[]) => [
      launcher.path,
      call,
      "1",
      ...command,
    ];
    for (
      const [call, name, state] of [
        ["memfd_create", "memfd_create(2) and seals", "bad"],
        ["futex_waitv", "futex_waitv(2)", "warning"],
        ["fcntl:37", "locks of open files (F_OFD_SETLK)", "bad"],
        [
          "get_robust_list",
          "robust futexes (get_robust_list(2))",
          "warning",
        ],
      ] as const
    ) {
      const { code, found } = await examine(["kernel"], without(call));
      assertEquals(found[name]?.state, state, JSON.stringify(found[name]));
      assert(found[name]?.advice !== undefined);
      assertEquals(code, state === "bad" ? 1 : 0);
    }
  },
));

Deno.test(needing(
  ["prlimit", "native"],
  "doctor finds limits of the process",
  async () => {
    const { found } = await examine(
      ["limits"],
      (command) =>
        withLimits({ nofile: 128, memlock: 0, as: 60 * 2 ** 30 }, command),
    );
    assertEquals(found["open files"]?.state, "warning");
    assertStringIncludes(found["open files"]?.found ?? "", "of 128");
    assertEquals(found["locked memory"]?.state, "warning");
    assertEquals(found["address space"]?.state, "warning");
    assertStringIncludes(found["address space"]?.found ?? "", "60 GiB");
  },
));

Deno.test(needing(
  ["root", "unshare", "native"],
  "doctor finds limits of the kernel",
  async () => {
    const none = await examine(
      ["system v"],
      (command) => inIpcNamespace({ shmmni: 0 }, command),
    );
    assertEquals(none.code, 1);
    assertEquals(none.found["System V segments"]?.state, "bad");
    const small = await examine(
      ["system v"],
      (command) => inIpcNamespace({ shmmax: 65536 }, command),
    );
    const segments = small.found["System V segments"];
    assertEquals(segments?.state, "warning");
    assertStringIncludes(segments?.found ?? "", "64 KiB");
  },
));

Deno.test(needing(
  ["root", "memory cgroup v1", "native"],
  "doctor finds the limit of the control group",
  async () => {
    const { found } = await examine(
      ["control group"],
      (command) => inMemoryGroup(300 * 2 ** 20, command),
    );
    assertStringIncludes(
      found["memory of the control group"]?.found ?? "",
      "of 300 MiB left",
    );
  },
));

Deno.test(needing(
  ["root", "unshare", "native"],
  "doctor tells namespaces, and that systemd removes what this user leaves",
  async () => {
    const { found } = await examine(["user namespace"], (command) => [
      "unshare",
      "-U",
      "-r",
      ...command,
    ]);
    assertEquals(found["user namespace"]?.state, "note");
    const folder = "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system";
    // In a user namespace without a map, this is a user like any other.
    const asUser = (script: string) => (command: readonly string[]) =>
      changed(script)(["unshare", "-U", ...command]);
    const on = await examine(["RemoveIPC"], asUser(folder));
    const removal = on.found["RemoveIPC of systemd"];
    assertEquals(removal?.state, "warning", removal?.found);
    assertStringIncludes(removal?.advice ?? "", "RemoveIPC=no");
    const off = await examine(
      ["RemoveIPC"],
      asUser(
        `${folder}/../logind.conf.d && mkdir -p /run/systemd/system && printf '[Login]\\nRemoveIPC=no\\n' > /run/systemd/logind.conf.d/x.conf`,
      ),
    );
    assertEquals(off.found["RemoveIPC of systemd"]?.found, "is off");
    const root = await examine(["RemoveIPC"], changed(folder));
    assertEquals(root.found["RemoveIPC of systemd"]?.state, "good");
  },
));
