import { Program } from "../../tests/helpers/peers/program.ts";
import { denoRun } from "../peer.ts";

/** Two Deno processes with a TCP connection. */
export class TcpPeers implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #receiver: Program;
  readonly #sender: Program;

  private constructor(
    stack: AsyncDisposableStack,
    receiver: Program,
    sender: Program,
  ) {
    this.#stack = stack;
    this.#receiver = receiver;
    this.#sender = sender;
  }

  /** Starts them, for messages of so many bytes. */
  static async start(length: number): Promise<TcpPeers> {
    await using stack = new AsyncDisposableStack();
    const command = [...denoRun("bench/peers/aeron/tcp.ts"), `${length}`];
    const receiver = stack.use(Program.start(command));
    const port = (await receiver.line()).replace("ready ", "");
    const sender = stack.use(Program.start([...command, port]));
    await sender.line();
    return new TcpPeers(stack.move(), receiver, sender);
  }

  /** Sends messages; returns how long they took to arrive, in nanoseconds. */
  async time(count: number): Promise<number> {
    await this.#receiver.tell(`${count}`);
    await this.#sender.tell(`${count}`);
    await this.#sender.hear("done\n");
    return Number(await this.#receiver.line());
  }

  /** Ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
