/**
 * Deno programs that take part in a channel and are killed.
 *
 * @module
 */

import { denoRun, projectPath } from "../deno.ts";
import { Program } from "../peers/program.ts";
import { pause, until } from "../sync/size.ts";
import { type Shared, shared } from "./shared.ts";
import { random } from "../seed.ts";

/** What such a program does, see `channel_victim.ts`. */
export type Role = "send" | "receive" | "publish";

/** A program that was killed. */
export interface Dead {
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** How many messages it had sent or taken for sure. */
  readonly count: number;
  /** Producers and numbers of those that it had taken. */
  readonly taken: readonly (readonly [number, number])[];
}

const [THERE, COUNT, LIST] = [0, 1, 2];
const FILE_LENGTH = 8 * 100_000;

/** Each is started while the one before it lives: that takes the longest. */
const READY = 2;

/** Starts programs of one role, and kills one after the other. */
export class DenoVictims implements AsyncDisposable {
  readonly #role: Role;
  readonly #channel: string;
  readonly #ready: { program: Program; memory: Shared }[] = [];

  constructor(role: Role, channel: string) {
    this.#role = role;
    this.#channel = channel;
  }

  /**
   * Lets the next one take part for a moment, and kills it.
   *
   * @param order Numbers for it: the producer of its messages, the first number,
   * and how many to send at most.
   */
  async lose(...order: readonly number[]): Promise<Dead> {
    while (this.#ready.length < READY) this.#start();
    const [victim] = this.#ready.splice(0, 1);
    if (victim === undefined) throw new Error("nobody is there");
    await using program = victim.program;
    using memory = victim.memory;
    const words = new Int32Array(memory.bytes.buffer);
    try {
      await program.tell(order.join(" "));
      await until(() => words[THERE] === 1, "a victim takes part");
    } catch (cause) {
      // What it says about that is the reason.
      await program[Symbol.asyncDispose]();
      const { stderr } = await program.end();
      throw new Error(`A victim takes no part: ${stderr}`, { cause });
    }
    await pause(random() * 6);
    const time = Date.now();
    Deno.kill(program.pid, "SIGKILL");
    await program[Symbol.asyncDispose]();
    const count = Atomics.load(words, COUNT);
    const taken = this.#role === "receive"
      ? Array.from({ length: count }, (_, i) => {
        const at = LIST + 2 * i;
        return [words[at] ?? NaN, words[at + 1] ?? NaN] as const;
      })
      : [];
    return { time, count, taken };
  }

  #start(): void {
    const memory = shared(FILE_LENGTH);
    const script = projectPath("tests/peers/deno/channels/channel_victim.ts");
    const args = [this.#role, this.#channel, memory.path];
    const program = Program.start(denoRun(script, { args }));
    this.#ready.push({ program, memory });
  }

  /** Ends those that were not needed. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { program, memory } of this.#ready.splice(0)) {
      await program[Symbol.asyncDispose]();
      memory[Symbol.dispose]();
    }
  }
}
