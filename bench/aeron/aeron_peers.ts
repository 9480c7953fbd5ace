import { compileAeron } from "../../tests/helpers/aeron/aeron_java.ts";
import { Program } from "../../tests/helpers/peers/program.ts";
import { denoRun } from "../peer.ts";
import { checksumOf } from "../rings/ring_messages.ts";

/**
 * Where each side runs: two sides that the system puts on one processor, for a
 * part of a round, measure the system.
 */
const PROCESSORS = {
  produce: "0",
  consume: "1",
  lead: "0",
  follow: "1",
  // Where the system likes, as the peers that they are compared with.
  send: "0,1",
  receive: "0,1",
};

/** What the two do: the first sends first. */
export type Roles =
  | readonly ["produce", "consume"]
  | readonly ["lead", "follow"]
  | readonly ["send", "receive"];

/** What both ends are: clients in a language, or two that pass frames by hand. */
export type Language = "deno" | "java" | "least";

/** Which publication. */
export type Kind = "shared" | "exclusive";

let lastStream = 2000;

/** Two processes that talk through a media driver. */
export class AeronPeers implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #first: Program;
  readonly #second: Program;

  private constructor(
    stack: AsyncDisposableStack,
    first: Program,
    second: Program,
  ) {
    this.#stack = stack;
    this.#first = first;
    this.#second = second;
  }

  /**
   * Starts them.
   *
   * @param roles Who sends first, and the other.
   */
  static async start(
    directory: string,
    language: Language,
    kind: Kind,
    channel: string,
    roles: Roles,
  ): Promise<AeronPeers> {
    await using stack = new AsyncDisposableStack();
    const stream = `${lastStream += 2}`;
    const command = await commandOf(language);
    const start = async (role: keyof typeof PROCESSORS) => {
      const pin = ["taskset", "--cpu-list", PROCESSORS[role]];
      const args = [directory, role, kind, channel, stream];
      const program = stack.use(Program.start([...pin, ...command, ...args]));
      await program.hear("ready\n");
      return program;
    };
    const second = await start(roles[1]);
    const first = await start(roles[0]);
    return new AeronPeers(stack.move(), first, second);
  }

  /**
   * Sends messages.
   *
   * @returns How long they took to arrive, in nanoseconds.
   */
  async time(length: number, count: number): Promise<number> {
    await this.#second.tell(`${length} ${count}`);
    // It looks at the log by then: none of the messages wait for it.
    await this.#second.hear("ready\n");
    await this.#first.tell(`${length} ${count}`);
    await this.#first.hear("done\n");
    const [checksum, time] = (await this.#second.line()).split(" ");
    if (BigInt(checksum ?? "") !== BigInt.asIntN(32, checksumOf(count))) {
      throw new Error("Not all messages arrived as they were sent");
    }
    return Number(time);
  }

  /** Has them answer each other; returns how long it took, in nanoseconds. */
  async ping(count: number): Promise<number> {
    await this.#second.tell(`${count}`);
    await this.#first.tell(`${count}`);
    await this.#second.line();
    return Number(await this.#first.line());
  }

  /** Ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function commandOf(language: Language): Promise<string[]> {
  if (language === "deno") return denoRun("bench/peers/aeron/peer.ts");
  if (language === "least") return denoRun("bench/peers/aeron/least.ts");
  const [java = "", ...rest] = await compileAeron(
    "bench/peers/aeron/AeronBench.java",
  );
  // Who wants speed sets this: no check of any index.
  return [java, "-Dagrona.disable.bounds.checks=true", ...rest];
}
