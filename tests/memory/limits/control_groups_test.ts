import { assert, assertEquals, assertStringIncludes } from "../../../deps.ts";
import { inMemoryGroup } from "../../helpers/limits.ts";
import { needing } from "../../helpers/needs.ts";
import { outcomesOf } from "../../helpers/memory/outcomes.ts";
import { denoRun, run } from "../../helpers/deno.ts";

Deno.test(needing(
  ["root", "memory cgroup v1", "native"],
  "what the control group around this one does not leave is ENOMEM, and the process lives",
  async () => {
    const name = `/shmem-test-${Deno.pid}-group`;
    const outcomes = await outcomesOf(
      `
import { SharedMemory } from "mod.ts";
attempt("named", () => SharedMemory.create(Deno.args[0], { size: 800 * 2 ** 20 }));
attempt("anonymous", () => SharedMemory.anonymous({ size: 800 * 2 ** 20 }));
attempt("fits", () => { using memory = SharedMemory.anonymous({ size: 20 * 2 ** 20 }); return memory.size; });
`,
      (command) => inMemoryGroup(400 * 2 ** 20, command),
      { args: [name] },
    );
    for (const label of ["named", "anonymous"]) {
      const { failure } = outcomes[label] ?? {};
      assertEquals(failure?.code, "ENOMEM", label);
      assertStringIncludes(
        failure?.message ?? "",
        "bytes of memory are available",
      );
    }
    assertEquals(outcomes["fits"]?.value, 20 * 2 ** 20);
    const { code } = await run(["ls", `/dev/shm${name}`]);
    assert(code !== 0, "nothing is left");
  },
));

/** Version 2, and other places of mounts, as far as the kernel's texts tell. */
const PLACES = {
  "a nested group of version 2": {
    cgroup: "0::/system.slice/app.service",
    mounts: "35 24 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw",
    folder: "/sys/fs/cgroup/system.slice/app.service",
  },
  "a parent of it": {
    cgroup: "0::/system.slice/app.service/inner",
    mounts: "35 24 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw",
    folder: "/sys/fs/cgroup/system.slice",
  },
  "a container that sees the host's groups": {
    cgroup: "0::/docker/abc",
    mounts: "35 24 0:30 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup2 rw",
    folder: "/sys/fs/cgroup",
  },
  "a folder with a blank": {
    cgroup: "0::/a",
    mounts: "35 24 0:30 / /sys/fs/c\\040group rw - cgroup2 cgroup2 rw",
    folder: "/sys/fs/c group/a",
  },
};

for (const [place, { cgroup, mounts, folder }] of Object.entries(PLACES)) {
  Deno.test(`the limit of ${place} is found`, async () => {
    // The files are other ones for it: the folders of the kernel cannot be made here.
    const root = Deno.makeTempDirSync();
    try {
      const inside = `${root}${folder}`;
      Deno.mkdirSync(inside, { recursive: true });
      Deno.writeTextFileSync(`${inside}/memory.max`, "1000\n");
      Deno.writeTextFileSync(`${inside}/memory.current`, "400\n");
      Deno.writeTextFileSync(
        `${inside}/memory.stat`,
        "anon 5\ninactive_file 30\n",
      );
      const script = `
import { limitsIn } from "${
        import.meta.resolve("../../../ffi/memory/control_groups.ts")
      }";
console.log(JSON.stringify(limitsIn(Deno.args[0], Deno.args[1], Deno.args[2])));
`;
      const file = `${root}/program.ts`;
      Deno.writeTextFileSync(file, script);
      const ended = await run(
        denoRun(file, {
          args: [cgroup, mounts, root],
          permissions: ["--allow-ffi"],
        }),
      );
      assertEquals(ended.code, 0, ended.stderr);
      assertEquals(JSON.parse(ended.stdout), [
        { limit: 1000, used: 400, reclaimable: 30 },
      ]);
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  });
}
