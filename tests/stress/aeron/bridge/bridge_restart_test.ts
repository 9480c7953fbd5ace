/**
 * Bridges that are killed again and again, with an archive in between.
 *
 * @module
 */

import { assert, assertEquals } from "../../../../deps.ts";
import { CHECKPOINT_LENGTH } from "../../../../aeron/bridge/checkpoint.ts";
import { Receiver } from "../../../../channel/ends/receiver.ts";
import { Sender } from "../../../../channel/ends/sender.ts";
import { startDriver } from "../../../helpers/aeron/aeron_driver.ts";
import { denoRun, ROOT } from "../../../helpers/deno.ts";
import { randomName } from "../../../helpers/names.ts";
import { needing } from "../../../helpers/needs.ts";
import { assertNumbered, numbered } from "../../../helpers/numbered.ts";

const COUNT = 6000;
/** How often each bridge is killed. */
const DEATHS = 4;

function program(source: string): string {
  const imports = `
    import { Aeron, AeronArchive, bridge, RecordedStream } from "${new URL(
    "aeron/mod.ts",
    ROOT,
  )}";
    import { Receiver, Sender } from "${new URL("channel/mod.ts", ROOT)}";
    import { Latest } from "${new URL("store/mod.ts", ROOT)}";
    const [directory, name = "", place = ""] = Deno.args;
    const aeron = await Aeron.connect({ directory });
    const archive = await AeronArchive.connect(aeron);
  `;
  return `data:application/typescript,${encodeURIComponent(imports + source)}`;
}

const OUT = program(`
  await archive.startRecording("aeron:ipc", 9).catch((error) => {
    if (error.code !== "active-subscription") throw error;
  });
  const publication = await aeron.addPublication("aeron:ipc", 9);
  const receiver = Receiver.open(name, {
    keepOpen: true,
    onSenderDeath: "continue",
  });
  await bridge(receiver, publication, { recordedBy: archive }).done;
`);

const IN = program(`
  const stream = new RecordedStream(archive, { streamId: 9 });
  const checkpoint = Latest.create({ path: place }, {
    byteLength: ${CHECKPOINT_LENGTH},
    ifExists: "open",
  });
  const sender = Sender.open(name);
  await bridge(stream, sender, { checkpoint }).done;
`);

/** A program that is started again whenever it has ended, until the end. */
class Restarted implements AsyncDisposable {
  readonly #command: readonly string[];
  #child: Deno.ChildProcess;
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(script: string, args: string[]) {
    this.#command = denoRun(script, { permissions: ["--allow-all"], args });
    this.#child = this.#start();
    this.#running = this.#run();
  }

  #start(): Deno.ChildProcess {
    const [command = "", ...args] = this.#command;
    return new Deno.Command(command, { args, stdin: "null" }).spawn();
  }

  async #run(): Promise<void> {
    for (;;) {
      const { signal } = await this.#child.status;
      if (this.#stopped) return;
      // What was there before the kill may still be there for a moment.
      if (signal === null) await new Promise((done) => setTimeout(done, 200));
      this.#child = this.#start();
    }
  }

  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch { /* It is being started. */ }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.kill();
    await this.#running;
  }
}

/** Sends all messages, whatever happens to the receivers. */
async function sendAll(name: string, signal: AbortSignal): Promise<void> {
  let sent = 0;
  while (sent < COUNT && !signal.aborted) {
    try {
      using sender = Sender.open(name);
      for (; sent < COUNT; sent++) {
        await sender.send(numbered(sent), { typeId: sent + 1, signal });
      }
      // To leave is to have been received.
      while (sender.usage.used > 0 && !signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    } catch (error) {
      if (signal.aborted) return;
      assert(error instanceof Error);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

Deno.test(needing(
  ["aeron driver", "native"],
  "bridges that are killed and started again lose nothing when an archive records the stream",
  async () => {
    await using driver = await startDriver({
      archive: true,
      properties: {
        "aeron.client.liveness.timeout": "1s",
        "aeron.publication.unblock.timeout": "2s",
        "aeron.timer.interval": "100ms",
      },
    });
    await using undo = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "shmem-test-place-" });
    undo.defer(() => Deno.remove(folder, { recursive: true }));
    const [near, far] = [randomName(), randomName()];
    const ring = undo.use(Receiver.create(near, { capacity: 1 << 16 }));
    undo.defer(() => ring.unlink());
    ring.close();
    const to = undo.use(
      Receiver.create(far, {
        capacity: 1 << 16,
        keepOpen: true,
        onSenderDeath: "continue",
      }),
    );
    undo.defer(() => to.unlink());
    const out = undo.use(new Restarted(OUT, [driver.directory, near]));
    const into = undo.use(
      new Restarted(IN, [driver.directory, far, `${folder}/place`]),
    );
    const stop = new AbortController();
    const sending = sendAll(near, stop.signal);
    undo.defer(() => sending);
    undo.defer(() => stop.abort());

    let next = 0;
    let twice = 0;
    let deaths = 0;
    while (next < COUNT) {
      const message = await to.receive({ timeoutMs: 120_000 });
      assert(message !== undefined);
      const i = message.typeId - 1;
      assertNumbered(message.bytes, i);
      if (i === next - 1) twice++;
      else assertEquals(i, next++);
      if (next > (deaths + 1) * COUNT / (2 * DEATHS + 1)) {
        (deaths++ % 2 === 0 ? out : into).kill();
      }
    }
    await sending;
    assertEquals(deaths, 2 * DEATHS);
    assert(twice <= deaths, `${twice} messages came twice`);
  },
));
