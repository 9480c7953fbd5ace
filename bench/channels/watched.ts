/**
 * What does it cost two processes that pass messages when somebody watches them?
 *
 * @module
 */

import { denoRun } from "../peer.ts";
import type { Report } from "../report.ts";
import { takeTurns } from "../rounds.ts";
import { MessagePeers } from "./message_peers.ts";

const ROUNDS = 11;
const COUNT = 400_000;
const WARM_UP = 3;

/** Permissions of the task `shmem`. */
const PERMISSIONS = [
  "--allow-env",
  "--allow-sys",
  "--allow-run",
  "--allow-net=127.0.0.1",
];

/** Runs the benchmark. */
export async function watched(): Promise<Report> {
  await using peers = await MessagePeers.start();
  for (let i = 0; i < WARM_UP; i++) await peers.time("channel", COUNT);
  const lines = [];
  const { name } = peers;
  for (
    const args of [
      ["tail", name, "--json"],
      ["hz", name, "--json"],
      ["top", "--json"],
      ["view"],
    ]
  ) {
    await using watcher = await Watcher.start(args);
    const { ours, peer } = await takeTurns(
      ROUNDS,
      async () => {
        await watcher.go();
        return await peers.time("channel", COUNT);
      },
      async () => {
        watcher.stop();
        return await peers.time("channel", COUNT);
      },
    );
    lines.push({
      what: `shmem ${args[0]}`,
      ours: `${(1000 * COUNT / ours).toFixed(2)} M/s`,
      peer: `${(1000 * COUNT / peer).toFixed(2)} M/s`,
      ratio: peer / ours,
      goal: { atLeast: 0.95 },
    });
  }
  return {
    question: "Send and receive messages while somebody watches",
    peer: "unwatched",
    ratio: "speed / unwatched",
    lines,
  };
}

/** A command that watches, and stands still in between. */
class Watcher implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #pipes: Promise<unknown>;
  readonly #reading = new AbortController();

  private constructor(child: Deno.ChildProcess, rest: ReadableStream) {
    this.#child = child;
    this.#pipes = rest.pipeTo(new WritableStream());
  }

  /** Starts it; a page is looked at, too. */
  static async start(args: readonly string[]): Promise<Watcher> {
    const [deno = "", run = "", ...rest] = denoRun("cli/main.ts");
    const child = new Deno.Command(deno, {
      args: [run, ...PERMISSIONS, ...rest, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    if (args[0] !== "view") {
      const watcher = new Watcher(child, child.stdout);
      await sleep(2000);
      return watcher;
    }
    const [lines, others] = child.stdout.tee();
    const reader = lines.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    await reader.cancel();
    const watcher = new Watcher(child, others);
    await watcher.#look(value.trim());
    return watcher;
  }

  /** Reads what the page would. */
  async #look(url: string): Promise<void> {
    const { signal } = this.#reading;
    const first = await fetch(url, { redirect: "manual", signal });
    await first.body?.cancel();
    const cookie = (first.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const events = await fetch(new URL("/events", url), {
      headers: { cookie },
      signal,
    });
    if (!events.ok || events.body === null) {
      throw new Error(`The page has no events: ${events.status}`);
    }
    events.body.pipeTo(new WritableStream()).catch(() => {});
  }

  /** Lets it go on, and find out what has changed. */
  async go(): Promise<void> {
    this.#child.kill("SIGCONT");
    await sleep(100);
  }

  /** Lets it stand still. */
  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reading.abort();
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#pipes;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
