// deno run --allow-ffi examples/memory/posix_message.ts create
// deno-lint-ignore-file no-console -- a program that shows what it does

// POSIX shared memory by sub-commands: create, then receive in one terminal and
// send in another, then remove. The message is an int, iflag: 8 until sent, 1.

import { type Mapping, SharedMemory } from "../../mod.ts";

const commands: Record<string, (name: string) => void | Promise<void>> = {
  create(name) {
    SharedMemory.create(name, { size: 8196, mode: 0o666 }).close();
    console.log("Shared Memory Region successfully created");
  },
  remove(name) {
    SharedMemory.unlink(name);
    console.log("Shared Memory Region successfully destroyed");
  },
  send(name) {
    using mapping = map(name, "SEND");
    Atomics.store(new Int32Array(mapping.bytes.buffer), 0, 1);
    console.log("SEND has successfully completed");
  },
  async receive(name) {
    using mapping = map(name, "RCV");
    const iflag = new Int32Array(mapping.bytes.buffer);
    console.log(`iflag is now = ${Atomics.store(iflag, 0, 8)}`);
    // The synchronisation layer waits on the word instead, and wakes at once.
    while (Atomics.load(iflag, 0) === 8) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    console.log("RCV has successfully completed");
    console.log(`iflag is now = ${Atomics.load(iflag, 0)}`);
  },
};

function map(name: string, who: string): Mapping<"read-write"> {
  using memory = SharedMemory.open(name, { size: 8196 });
  const mapping = memory.map();
  const address = mapping.address.toString(16).toUpperCase();
  console.log(`${who}: Memory attached at ${address}`);
  return mapping;
}

const USAGE = "Usage: posix_message.ts create|remove|receive|send [NAME]";
try {
  const [command = "", name = "/my_shm"] = Deno.args;
  if (!Object.hasOwn(commands, command)) throw new Error(USAGE);
  await commands[command]?.(name);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
