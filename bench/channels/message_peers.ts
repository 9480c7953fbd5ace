import { MessageQueue, SystemMessageQueue } from "../../queue/mod.ts";
import { undoLater } from "../../tools/undo.ts";
import { SharedMemory } from "../../mod.ts";
import { Program } from "../../tests/helpers/peers/program.ts";
import { denoRun } from "../peer.ts";

/** A way to pass messages or bytes. */
export type Way =
  | "channel"
  | "queue"
  | "system-queue"
  | "socket"
  | "socket-bulk"
  | "pipe"
  | "worker"
  | "channel-batches"
  | "channel-stream"
  | "least"
  | "least-batches"
  | "socket-stream";

/** Two Deno processes, one that sends and one that receives. */
export class MessagePeers implements AsyncDisposable {
  /** Name of their channel. */
  readonly name: string;
  readonly #stack: AsyncDisposableStack;
  readonly #receiver: Program;
  readonly #sender: Program;

  private constructor(
    stack: AsyncDisposableStack,
    name: string,
    receiver: Program,
    sender: Program,
  ) {
    this.name = name;
    this.#stack = stack;
    this.#receiver = receiver;
    this.#sender = sender;
  }

  /** Starts them. */
  static async start(): Promise<MessagePeers> {
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "shmem-bench-" });
    stack.use(undoLater(() => Deno.removeSync(folder, { recursive: true })));
    const name = `/shmem-bench-${crypto.randomUUID()}`;
    stack.use(undoLater(() => SharedMemory.unlink(name)));
    stack.use(undoLater(() => removeQueues(name)));
    stack.use(undoLater(() => SharedMemory.unlink(`${name}-least`)));
    const start = async (role: string) => {
      // It starts a child, too.
      const [deno = "", run = "", ...rest] = denoRun(
        "bench/peers/channels/messages.ts",
      );
      const command = [deno, run, "--allow-run", ...rest];
      const args = [role, name, `${folder}/socket`];
      const program = stack.use(Program.start([...command, ...args]));
      await program.hear("ready\n");
      return program;
    };
    const receiver = await start("receive");
    const sender = await start("send");
    return new MessagePeers(stack.move(), name, receiver, sender);
  }

  /**
   * Passes messages, or bytes of a stream.
   *
   * @returns How long that took from the first to the last, in nanoseconds.
   */
  async time(way: Way, count: number): Promise<number> {
    await this.#receiver.tell(`${way} ${count}`);
    const sends = way !== "pipe" && way !== "worker";
    if (sends) {
      await this.#sender.tell(`${way} ${count}`);
      await this.#sender.hear("done\n");
    }
    return Number(await this.#receiver.line());
  }

  /** Ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Removes what the receiver made for the ways by queues: it is killed at the end. */
function removeQueues(name: string): void {
  const key = Number.parseInt(name.slice(-8), 16) | 1;
  for (
    const remove of [
      () => MessageQueue.unlinkName(`${name}-queue`),
      () => SystemMessageQueue.open({ key }).remove(),
    ]
  ) {
    try {
      remove();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
