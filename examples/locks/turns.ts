// deno run --allow-ffi examples/locks/turns.ts ping
// deno-lint-ignore-file no-console -- a program that shows what it does

// Takes turns with `turns.ts pong`, or with its twin in C: both take the same
// mutex, and sleep until it is their turn. Start ping first.

import { SharedMemory } from "../../mod.ts";
import { Mutex, notify, wait } from "../../sync/mod.ts";

const [SIZE, ROUNDS] = [4096, 3];
// Words behind the 64 bytes of the mutex: whose turn it is, how much was said.
const [TURN, SAID] = [16, 17];

function play(bytes: Uint8Array<ArrayBuffer>, mutex: Mutex, me: number): void {
  const words = new Int32Array(bytes.buffer);
  const other = 1 - me;
  for (let round = 0; round < ROUNDS;) {
    {
      using _guard = mutex.lock();
      if (words[TURN] === me) {
        const said = words[SAID] = (words[SAID] ?? 0) + 1;
        console.log(`${said} ${me === 0 ? "ping" : "pong"}`);
        words[TURN] = other;
        round++;
      }
    }
    notify(words, TURN);
    if (round < ROUNDS) wait(words, TURN, other);
  }
}

const commands: Record<string, (name: string) => void> = {
  ping(name) {
    using cleanup = new DisposableStack();
    const memory = cleanup.use(SharedMemory.create(name, { size: SIZE }));
    cleanup.defer(() => memory.unlink());
    const { bytes } = cleanup.use(memory.map());
    play(bytes, Mutex.create(bytes), 0);
  },
  pong(name) {
    using memory = SharedMemory.open(name, { size: SIZE });
    using mapping = memory.map();
    play(mapping.bytes, Mutex.open(mapping.bytes), 1);
  },
};

try {
  const [command = "", name = "/turns"] = Deno.args;
  const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (run === undefined) throw new Error("Usage: turns.ts ping|pong [NAME]");
  run(name);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
