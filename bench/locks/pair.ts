import { undoLater } from "../../tools/undo.ts";
import { SharedMemory } from "../../mod.ts";
import { Peer } from "../peer.ts";
import { SIZE, type WAYS } from "./turns.ts";

/** A way to take turns. */
export type How = keyof typeof WAYS | "socket";

const SCRIPT = "bench/peers/locks/turns.ts";

/** Two Deno processes that take turns. */
export class Pair implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #leader: Peer;
  readonly #follower: Peer;
  #turn = 1;

  private constructor(
    stack: AsyncDisposableStack,
    leader: Peer,
    follower: Peer,
  ) {
    this.#stack = stack;
    this.#leader = leader;
    this.#follower = follower;
  }

  /**
   * Starts them.
   *
   * @param prefix A command that runs each of them, such as `taskset`.
   */
  static async start(prefix: readonly string[] = []): Promise<Pair> {
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "shmem-bench-" });
    stack.use(undoLater(() => Deno.removeSync(folder, { recursive: true })));
    const path = `${folder}/socket`;
    const name = `/shmem-bench-${crypto.randomUUID()}`;
    const memory = stack.use(SharedMemory.create(name, { size: SIZE }));
    stack.use(undoLater(() => memory.unlink()));
    const start = async (role: string) => {
      const peer = Peer.startDeno(SCRIPT, [role, name, path], prefix);
      await stack.use(peer).answer();
      return peer;
    };
    const leader = await start("lead");
    const follower = await start("follow");
    return new Pair(stack.move(), leader, follower);
  }

  /**
   * Lets them take turns.
   *
   * @param how The way to do so.
   * @param count How many round trips.
   * @returns How long they took, in nanoseconds.
   */
  async time(how: How, count: number): Promise<number> {
    const request = `${how} ${this.#turn} ${count}`;
    this.#turn += count + 1;
    await this.#follower.ask(request);
    const time = await this.#leader.time(request);
    await this.#follower.answer();
    return time;
  }

  /** Ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
