import { assertEquals } from "../../../deps.ts";
import { runProgram } from "../../helpers/memory/child_report.ts";

/** Program text: leaves things behind, or closes them, and collects garbage. */
const WAYS = `
const path = Deno.makeTempFileSync();
Deno.writeFileSync(path, new Uint8Array(7001));
const open = [];
// Each in a function of its own, so that nothing holds what is in it.
const ways = {
  mapping() {
    using memory = shmem.SharedMemory.anonymous({ size: 5003 });
    memory.map();
  },
  reader() {
    using file = shmem.MappedFile.open(path);
    file.map({ offset: 4099, length: 777 }).bytes.subarray(7).at(0);
  },
  segment() {
    using segment = shmem.Segment.create({ size: 6007, removeOnLastDetach: true });
    segment.attach();
  },
  call() { shmem.mmap(null, { length: 8009 }); },
  handle() { shmem.SharedMemory.anonymous({ size: 5003 }); },
  file() { shmem.MappedFile.open(path); },
};
const closed = {
  mapping() {
    using memory = shmem.SharedMemory.anonymous({ size: 4001 });
    using mapping = memory.map();
  },
  explicitly() {
    const memory = shmem.SharedMemory.anonymous({ size: 4002 });
    const mapping = memory.map({ access: "read" });
    memory.close();
    mapping.unmap();
  },
  file() {
    using file = shmem.MappedFile.open(path);
    using mapping = file.map();
  },
  segment() {
    using segment = shmem.Segment.create({ size: 4003, removeOnLastDetach: true });
    using mapping = segment.attach();
  },
  calls() {
    shmem.munmap(shmem.mmap(null, { length: 4004 }));
    shmem.munmap(shmem.mmap(path));
    const id = shmem.shmget(shmem.IPC_PRIVATE, 4005, 0o600);
    shmem.shmdt(shmem.shmat(id));
    shmem.shmctl(id, shmem.IPC_RMID);
  },
};
async function collect() {
  for (let i = 0; i < 5; i++) {
    await turn();
    gc();
  }
  await turn();
}
const all = (ways) => Object.values(ways).forEach((way) => way());
`;

const FLAGS = [
  "--allow-ffi",
  "--allow-read",
  "--allow-write",
  "--v8-flags=--expose-gc",
];

/** What each of the ways above leaves behind, in the order of the alphabet. */
const REPORTS = [
  "a mapping of 5003 bytes (read-write)",
  "a mapping of 6007 bytes (read-write)",
  "a mapping of 777 bytes (read)",
  "a mapping of 8009 bytes (read-write)",
  "the handle of PATH",
  "the handle of shared memory without a name",
].map((what) =>
  `shmem: ${what} was collected without being closed; use \`using\`, or close it`
);

/** Lines of stderr, sorted, without what differs from run to run. */
function reports(stderr: string): string[] {
  return stderr.trimEnd().split("\n").filter((line) => line !== "")
    .map((line) => line.replace(/"\/[^"]*"/, "PATH")).sort();
}

Deno.test("SHMEM_REPORT_LEAKS=1 reports each mapping and handle that was collected unclosed, once, and no other", async () => {
  const { code, stderr } = await runProgram(
    `${WAYS}
all(closed);
all(ways);
const kept = shmem.SharedMemory.anonymous({ size: 3001 });
const view = kept.map().bytes.subarray(5);
await collect();
view[0] = 1;
kept.size;
Deno.removeSync(path);
`,
    {
      flags: [...FLAGS, "--allow-env=SHMEM_REPORT_LEAKS"],
      env: { SHMEM_REPORT_LEAKS: "1" },
    },
  );
  assertEquals(code, 0, stderr);
  assertEquals(reports(stderr), REPORTS);
});

Deno.test("reportLeaks() reports what is made after it, and reportLeaks(false) ends that", async () => {
  const { code, stderr, stdout } = await runProgram(
    `${WAYS}
shmem.mmap(null, { length: 1001 });
await collect();
console.log("asked");
shmem.reportLeaks();
all(closed);
all(ways);
await collect();
shmem.reportLeaks(false);
shmem.mmap(null, { length: 1003 });
await collect();
Deno.removeSync(path);
`,
    // The variable is set, but Deno must not read it.
    { flags: FLAGS, env: { SHMEM_REPORT_LEAKS: "1" } },
  );
  assertEquals(code, 0, stderr);
  assertEquals(stdout, "asked\n");
  assertEquals(reports(stderr), REPORTS);
});

Deno.test("Leaks are not reported unless asked for", async () => {
  const { code, stderr } = await runProgram(
    `${WAYS}
all(ways);
await collect();
Deno.removeSync(path);
`,
    {
      flags: [...FLAGS, "--allow-env=SHMEM_REPORT_LEAKS"],
      env: { SHMEM_REPORT_LEAKS: "0" },
    },
  );
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
});
