import type { Channel, Message } from "../mcap/format.ts";
import { FileIn } from "../mcap/file.ts";
import { readMcap } from "../mcap/mcap_reader.ts";
import { sleep } from "../sleep.ts";
import type { Sending, Target } from "../target/target.ts";
import type { Identity } from "../watching/identify.ts";
import { decodeChange, identityOf, KEY } from "./layout.ts";

/** How a recording is replayed. */
export interface PlayOptions {
  readonly paths: readonly string[];
  /** How much faster than it was; `Infinity`: as fast as can be. */
  readonly speed: number;
  readonly signal: AbortSignal;
  /** Opens what messages of a topic go to; nothing when they go nowhere. */
  readonly open: (
    topic: string,
    identity: Identity | undefined,
  ) => Promise<Target | undefined>;
  /** Called with what is wrong with a file. */
  readonly warn: (path: string, problem: string) => void;
}

/** What was replayed. */
export interface Played {
  readonly messages: number;
  readonly bytes: number;
}

/** A channel of a file, and where its messages go. */
interface Route {
  readonly channel: Channel;
  readonly target: Target;
}

/** Sends what was recorded, at the pace at which it was. */
export async function play(options: PlayOptions): Promise<Played> {
  const { paths, signal, open, warn } = options;
  const targets = new Map<string, Target | undefined>();
  const pace = new Pace(options.speed, signal);
  let messages = 0;
  let bytes = 0;
  using stack = new DisposableStack();
  const targetOf = async (
    topic: string,
    identity: Identity | undefined,
  ): Promise<Target | undefined> => {
    if (targets.has(topic)) return targets.get(topic);
    const target = await pace.stop(() => open(topic, identity));
    if (target !== undefined) stack.use(target);
    targets.set(topic, target);
    return target;
  };
  for (const path of paths) {
    using file = new FileIn(path);
    const routes = new Map<number, Route>();
    const records = readMcap(file);
    for (;;) {
      const next = records.next();
      if (next.done === true) {
        const { reason } = next.value;
        if (reason !== undefined) warn(path, reason);
        break;
      }
      const found = next.value;
      if (found.kind === "damage") warn(path, found.reason);
      if (found.kind === "channel") {
        const { channel } = found;
        if (channel.metadata[KEY.role] === "show") continue;
        const { topic, metadata } = channel;
        const target = await targetOf(topic, identityOf(metadata));
        if (target !== undefined) routes.set(channel.id, { channel, target });
      }
      if (found.kind !== "message") continue;
      const route = routes.get(found.message.channelId);
      if (route === undefined) continue;
      await pace.wait(found.message.logTime);
      if (signal.aborted) return { messages, bytes };
      const sending = sendingOf(route.channel, found.message);
      if (sending === undefined) {
        warn(
          path,
          `a message of ${route.channel.topic} says nothing that can be sent`,
        );
        continue;
      }
      await route.target.send(sending, signal);
      messages++;
      bytes += sending.bytes.length;
    }
  }
  return { messages, bytes };
}

/** What is to be sent; nothing when the bytes say nothing. */
function sendingOf(
  { metadata }: Channel,
  { data }: Message,
): Sending | undefined {
  const kind = metadata[KEY.kind];
  if (kind === "map") {
    const change = decodeChange(data);
    if (change === undefined) return undefined;
    const { deleted, key, value, expires } = change;
    return {
      bytes: value,
      key,
      deleted,
      // What has expired since then is set, and is gone at once.
      ...(expires > 0 ? { ttlMs: Math.max(1, expires - Date.now()) } : {}),
    };
  }
  const type = metadata[KEY.type];
  if (type !== undefined) return { bytes: data, typeId: Number(type) };
  if (kind === "channel" || kind === "channel-many" || kind === "broadcast") {
    if (data.length < 4) return undefined;
    const typeId = new DataView(data.buffer, data.byteOffset).getInt32(0, true);
    return { bytes: data.subarray(4), typeId };
  }
  return { bytes: data };
}

/** The pace of a recording. */
class Pace {
  readonly #speed: number;
  readonly #signal: AbortSignal;
  /** When the first message was recorded, and when it was sent. */
  #first: bigint | undefined;
  #start = 0;

  constructor(speed: number, signal: AbortSignal) {
    this.#speed = speed;
    this.#signal = signal;
  }

  /** Waits until it is the turn of a message. */
  async wait(logTime: bigint): Promise<void> {
    if (this.#speed === Infinity) return;
    if (this.#first === undefined) {
      this.#first = logTime;
      this.#start = performance.now();
    }
    const offset = Number(logTime - this.#first) / 1e6 / this.#speed;
    const left = this.#start + offset - performance.now();
    if (left >= 1) await sleep(Math.min(left, 2 ** 31 - 1), this.#signal);
  }

  /** Does something that takes time which the recording does not have. */
  async stop<Result>(act: () => Promise<Result>): Promise<Result> {
    const from = performance.now();
    const result = await act();
    this.#start += performance.now() - from;
    return result;
  }
}
