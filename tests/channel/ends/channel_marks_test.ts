/**
 * Words of a channel that another program overwrites may name any pipe of our
 * processes: only pipes that are marked as bells and lives are opened.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { Receiver } from "../../../channel/mod.ts";
import { closeDescriptor } from "../../../ffi/files/open.ts";
import { inodeOf, PIPE_MODES } from "../../../ffi/pipes/peer_pipe.ts";
import { status } from "../../../ffi/files/status.ts";
import { openPipe } from "../../../ffi/pipes/poll.ts";
import { changeMode } from "../../../ffi/files/size.ts";
import { libc } from "../../../ffi/libc/library.ts";
import { SharedMemory } from "../../../mod.ts";
import { ownPipes } from "../../../sync/bells/own_pipes.ts";
import { denoRun, ROOT, run } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { startProgram } from "../../helpers/sync/child_program.ts";
import { until } from "../../helpers/sync/size.ts";
import { Name } from "../../helpers/channel/ends.ts";

/** Words behind the data area, as docs/layouts.md has them. */
const RECEIVER_PIPES = 400 / 4;
const SENDER_PIPES = 416 / 4;
const PARKED = 448 / 4;
const SENDER_PIDS = 456 / 4;
const SENDER_PIDS_HIGH = 704;
const BY_PIPE = 2;

/** A pipe of this process that has nothing to do with channels. */
class OrdinaryPipe implements Disposable {
  readonly reader: number;
  readonly writer: number;
  readonly inode: number;

  constructor() {
    ({ reader: this.reader, writer: this.writer } = openPipe());
    this.inode = inodeOf(this.reader);
  }

  /** Puts a byte in. */
  fill(): void {
    assertEquals(libc().write(this.writer, new Uint8Array([7]), 1n), 1n);
  }

  /** The bytes that lie in it; they are taken out. */
  drain(): number[] {
    const bytes = new Uint8Array(9);
    const length = Number(libc().read(this.reader, bytes, 9n));
    return [...bytes.subarray(0, Math.max(0, length))];
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.reader);
    closeDescriptor(this.writer);
  }
}

/** The memory of a channel as a hostile program has it. */
function wordsOf(name: string): Disposable & {
  words: Int32Array;
  bytes: Uint8Array;
} {
  using undo = new DisposableStack();
  const { bytes } = undo.use(undo.use(SharedMemory.open(name)).map());
  const start = bytes.byteLength - 768;
  const words = new Int32Array(bytes.buffer, start);
  const stack = undo.move();
  return {
    words,
    bytes: new Uint8Array(bytes.buffer, start),
    [Symbol.dispose]: () => stack.dispose(),
  };
}

const SENDER = `
import { Sender } from "${new URL("channel/mod.ts", ROOT)}";
const sender = await Sender.waitFor(Deno.args[0]);
console.log("ready");
for await (const _ of Deno.stdin.readable) {
  console.log(sender.trySend(new Uint8Array([7])));
}
sender.close();
`;

Deno.test("No sender writes a byte into a pipe that is not marked as a bell", async () => {
  using name = new Name();
  using pipe = new OrdinaryPipe();
  using receiver = Receiver.create(name.text, { keepOpen: true });
  using memory = wordsOf(name.text);
  await using program = startProgram(SENDER, [name.text]);
  assertEquals(await program.line(), "ready");
  const aimAt = (fd: number) => {
    memory.words[RECEIVER_PIPES] = fd;
    memory.words[RECEIVER_PIPES + 1] = pipe.inode;
    Atomics.store(memory.words, PARKED, BY_PIPE);
  };
  const send = async () => {
    await program.tell("send");
    assertEquals(await program.line(), "true");
    assertEquals(Atomics.load(memory.words, PARKED), 0);
    assertEquals(receiver.tryReceive()?.bytes[0], 7);
  };
  for (const fd of [pipe.reader, pipe.writer]) {
    for (const mode of [0o600, 0o666, 0o777, PIPE_MODES.read]) {
      changeMode(pipe.reader, mode, "change the mode");
      aimAt(fd);
      await send();
      assertEquals(pipe.drain(), [], mode.toString(8));
    }
  }
});

Deno.test("A pipe that is marked as a bell is rung: the mark is what decides", async () => {
  using name = new Name();
  using pipe = new OrdinaryPipe();
  using receiver = Receiver.create(name.text, { keepOpen: true });
  using memory = wordsOf(name.text);
  await using program = startProgram(SENDER, [name.text]);
  assertEquals(await program.line(), "ready");
  changeMode(pipe.reader, PIPE_MODES.write, "change the mode");
  memory.words[RECEIVER_PIPES] = pipe.reader;
  memory.words[RECEIVER_PIPES + 1] = pipe.inode;
  const sleeper = 0x1234_5678;
  Atomics.store(memory.words, PARKED, (sleeper << 2) | BY_PIPE);
  await program.tell("send");
  assertEquals(await program.line(), "true");
  assertEquals(pipe.drain(), [0x78, 0x56, 0x34, 0x12]);
  assertEquals(receiver.tryReceive()?.bytes[0], 7);
});

Deno.test("No receiver reads from a pipe that is not marked as a life", async () => {
  using name = new Name();
  using pipe = new OrdinaryPipe();
  using receiver = Receiver.create(name.text, { keepOpen: true });
  using memory = wordsOf(name.text);
  await using program = startProgram(SENDER, [name.text]);
  assertEquals(await program.line(), "ready");
  pipe.fill();
  // Sender 0 is this process now, and its life that pipe.
  new Uint16Array(memory.words.buffer, memory.words.byteOffset)[
    SENDER_PIDS * 2
  ] = Deno.pid & 0xffff;
  memory.bytes[SENDER_PIDS_HIGH] = Deno.pid >>> 16;
  for (const fd of [pipe.reader, pipe.writer]) {
    memory.words[SENDER_PIPES + 2] = fd;
    memory.words[SENDER_PIPES + 3] = pipe.inode;
    assertEquals(receiver.senders, [{ pid: Deno.pid, state: "open" }]);
    // Each looks at the senders and at their lives.
    for (let i = 0; i < 3; i++) {
      await receiver.receive({ timeoutMs: 250 }).catch(() => {});
    }
    assertEquals(pipe.drain(), [7], "the byte was taken out");
    pipe.fill();
  }
  // It sleeps and is woken as before.
  const receiving = receiver.receive();
  await until(() => Atomics.load(memory.words, PARKED) !== 0, "it sleeps");
  await program.tell("send");
  assertEquals((await receiving)?.bytes[0], 7);
});

Deno.test("The pipes of a process are marked, and others cannot use them the other way", () => {
  const pipes = ownPipes();
  assertEquals(status(pipes?.bell.fd ?? -1, "look").modeBits, 0o1200);
  assertEquals(status(pipes?.life.fd ?? -1, "look").modeBits, 0o1400);
});

/** Rings a bell that cannot be opened a hundred times. */
const HUNDRED_RINGS = `
import { Receiver, Sender } from "${new URL("channel/mod.ts", ROOT)}";
import { SharedMemory } from "${new URL("mod.ts", ROOT)}";
using receiver = Receiver.create(Deno.args[0]);
using sender = Sender.open(Deno.args[0]);
using memory = SharedMemory.open(Deno.args[0]);
using mapping = memory.map();
receiver.unlink();
const words = new Int32Array(mapping.bytes.buffer, mapping.bytes.byteLength - 768);
words[${RECEIVER_PIPES}] = 999_999;
words[${RECEIVER_PIPES} + 1] = 1;
words[${SENDER_PIPES} + 2] = 888_888;
for (let i = 0; i < 100; i++) {
  Atomics.store(words, ${PARKED}, ${BY_PIPE});
  sender.trySend(new Uint8Array([i]));
  if (receiver.tryReceive()?.bytes[0] !== i) throw new Error("lost " + i);
  await receiver.receive({ timeoutMs: 1 }).catch(() => {});
}
`;

Deno.test(needing(
  ["strace", "native"],
  "A pipe that cannot be opened is not opened anew at each ring",
  async () => {
    using name = new Name();
    const folder = await Deno.makeTempDir();
    try {
      const program = `${folder}/program.ts`;
      const trace = `${folder}/trace`;
      await Deno.writeTextFile(program, HUNDRED_RINGS);
      const strace = ["strace", "-f", "-e", "trace=open,openat", "-o", trace];
      const { code, stderr } = await run([
        ...strace,
        ...denoRun(program, { args: [name.text] }),
      ]);
      assertEquals(code, 0, stderr);
      const text = await Deno.readTextFile(trace);
      const count = (fd: number) => text.split(`/fd/${fd}"`).length - 1;
      assertEquals([count(999_999), count(888_888)], [1, 1]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
));
