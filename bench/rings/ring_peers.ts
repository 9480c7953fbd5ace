import { undoLater } from "../../tools/undo.ts";
import { RING_TRAILER_LENGTH } from "../../channel/mod.ts";
import { SharedMemory } from "../../mod.ts";
import { compileJava } from "../../tests/helpers/java.ts";
import { Program } from "../../tests/helpers/peers/program.ts";
import { denoRun } from "../peer.ts";
import { checksumOf } from "./ring_messages.ts";

/** Bytes of the data area of each ring. */
export const CAPACITY = 2 ** 20;

/**
 * Where each side runs: two sides that the system puts on one processor, for a
 * part of a round, measure the system.
 */
const PROCESSORS = { produce: "0", consume: "1" };

/** What both ends of a ring are written in. */
export type Language = "deno" | "java";

/** Which ring. */
export type Kind = "one-to-one" | "many-to-one";

/** How a producer hands messages over; Java only writes. */
export type How = "write" | "claim" | "batch" | "slices";

/** One ring, the processes that produce, and the one that consumes. */
export class RingPeers implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #producers: readonly Program[];
  readonly #consumer: Program;

  private constructor(
    stack: AsyncDisposableStack,
    producers: readonly Program[],
    consumer: Program,
  ) {
    this.#stack = stack;
    this.#producers = producers;
    this.#consumer = consumer;
  }

  /**
   * Starts them.
   *
   * @param language What all of them are written in.
   * @param producers How many produce.
   */
  static async start(
    language: Language,
    kind: Kind,
    producers: number,
  ): Promise<RingPeers> {
    await using stack = new AsyncDisposableStack();
    const name = `/shmem-bench-${crypto.randomUUID()}`;
    const size = CAPACITY + RING_TRAILER_LENGTH;
    const memory = stack.use(SharedMemory.create(name, { size }));
    stack.use(undoLater(() => memory.unlink()));
    const command = await commandOf(language, name);
    const start = async (role: keyof typeof PROCESSORS) => {
      const pin = ["taskset", "--cpu-list", PROCESSORS[role]];
      const program = Program.start([...pin, ...command, role, kind]);
      stack.use(program);
      await program.hear("ready\n");
      return program;
    };
    const consumer = await start("consume");
    const started: Program[] = [];
    for (let i = 0; i < producers; i++) started.push(await start("produce"));
    return new RingPeers(stack.move(), started, consumer);
  }

  /**
   * Sends messages.
   *
   * @param length Bytes of each.
   * @param count How many all producers send together.
   * @returns How long they took to arrive, in nanoseconds.
   */
  async time(how: How, length: number, count: number): Promise<number> {
    const share = count / this.#producers.length;
    await this.#consumer.tell(`read ${length} ${count}`);
    // It looks at the ring by then: none of the messages wait for it.
    await this.#consumer.hear("ready\n");
    for (const producer of this.#producers) {
      await producer.tell(`${how} ${length} ${share}`);
    }
    for (const producer of this.#producers) await producer.hear("done\n");
    const [checksum, time] = (await this.#consumer.line()).split(" ");
    const expected = checksumOf(share) * BigInt(this.#producers.length);
    if (BigInt(checksum ?? "") !== BigInt.asIntN(32, expected)) {
      throw new Error("Not all messages arrived as they were sent");
    }
    return Number(time);
  }

  /** Ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function commandOf(language: Language, name: string): Promise<string[]> {
  if (language === "deno") {
    return [...denoRun("bench/peers/rings/rings.ts"), name];
  }
  const [java = "", ...rest] = await compileJava(
    "bench/peers/rings/RingBench.java",
  );
  // Who wants speed sets this: no check of any index.
  const flag = "-Dagrona.disable.bounds.checks=true";
  return [java, flag, ...rest, `/dev/shm${name}`];
}
