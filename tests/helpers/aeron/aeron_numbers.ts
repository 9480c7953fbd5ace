/**
 * Numbered messages, sent and checked here and in `tests/peers/java/AeronPeer.java`: a
 * message's reserved value is publisher << 32 | sequence, from which its length and its
 * content follow.
 *
 * @module
 */

import {
  Claim,
  FragmentAssembler,
  type PublicationBase,
  type Subscription,
} from "../../../aeron/mod.ts";
import { compileAeron } from "./aeron_java.ts";

/** How a publisher sends. */
export type Way = "shared" | "exclusive" | "claim";

/** What is sent. */
export interface Numbers {
  readonly channel: string;
  readonly stream: number;
  readonly count: number;
  /** Of the messages, in turn. */
  readonly lengths: readonly number[];
}

/** Lets others have a turn after so many in a row. */
const BURST = 1000;

/** Sends numbered messages. */
export async function sendNumbers(
  publication: PublicationBase,
  way: Way,
  publisher: number,
  { count, lengths }: Pick<Numbers, "count" | "lengths">,
): Promise<void> {
  const claim = new Claim();
  const buffer = new Uint8Array(Math.max(...lengths));
  for (let i = 0; i < count; i++) {
    const length = lengths[i % lengths.length]!;
    const reserved = (BigInt(publisher) << 32n) | BigInt(i);
    const claims = way === "claim" && length <= publication.maxPayloadLength;
    if (!claims) fill(buffer, 0, publisher, i, length);
    for (let tries = 0;; tries++) {
      const result = claims
        ? publication.tryClaim(length, claim)
        : publication.offer(buffer, 0, length, reserved);
      if (typeof result === "bigint") {
        if (!claims) break;
        fill(claim.bytes, claim.offset, publisher, i, length);
        claim.reservedValue = reserved;
        claim.commit();
        break;
      }
      if (result === "closed" || result === "max-position-exceeded") {
        throw publication.failure ?? new Error(result);
      }
      if (result !== "admin-action") await turn(tries > 100 ? 1 : 0);
    }
    if (i % BURST === BURST - 1) await turn(0);
  }
}

/** Receives so many numbered messages of all publishers, and checks each. */
export async function receiveNumbers(
  subscription: Subscription,
  total: number,
  lengths: readonly number[],
): Promise<void> {
  const next = new Map<number, number>();
  let received = 0;
  const { handler } = new FragmentAssembler((bytes, offset, length, header) => {
    const { reservedValue } = header;
    const publisher = Number(reservedValue >> 32n);
    const sequence = Number(reservedValue & 0xffff_ffffn);
    const expected = next.get(publisher) ?? 0;
    if (sequence !== expected) {
      throw new Error(`${publisher}: ${sequence} instead of ${expected}`);
    }
    next.set(publisher, expected + 1);
    if (length !== lengths[sequence % lengths.length]) {
      throw new Error(`message ${sequence} has ${length} bytes`);
    }
    for (let i = 0; i < length; i++) {
      if (bytes[offset + i] !== contentAt(publisher, sequence, i)) {
        throw new Error(`message ${sequence} differs at ${i}`);
      }
    }
    received++;
  });
  let idle = 0;
  while (received < total) {
    for (let i = 0; i < BURST / 64; i++) {
      if (subscription.poll(handler, 64) === 0) {
        idle++;
        break;
      }
      idle = 0;
    }
    await turn(idle > 100 ? 1 : 0);
  }
}

/** Starts a publisher in Java; resolves when it is ready. */
export async function javaSender(
  directory: string,
  way: Way,
  publisher: number,
  { channel, stream, count, lengths }: Numbers,
): Promise<JavaPeer> {
  return await start(
    [directory, "send", way, channel, `${stream}`, `${publisher}`, `${count}`],
    lengths,
  );
}

/** Starts a receiver in Java; resolves when it is ready. */
export async function javaReceiver(
  directory: string,
  { channel, stream, count, lengths }: Numbers,
): Promise<JavaPeer> {
  return await start(
    [directory, "receive", channel, `${stream}`, `${count}`],
    lengths,
  );
}

/** A Java program that runs. */
export interface JavaPeer extends AsyncDisposable {
  /** Resolves to what it printed last, when it has ended well. */
  readonly done: Promise<string>;
  readonly pid: number;
}

async function start(
  args: readonly string[],
  lengths: readonly number[],
): Promise<JavaPeer> {
  const [command = "", ...head] = await compileAeron(
    "tests/peers/java/AeronPeer.java",
  );
  const child = new Deno.Command(command, {
    args: [...head, ...args, lengths.join(",")],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = "";
  while (!printed.includes("ready\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Java: ${await errors}`);
    printed += value;
  }
  const rest = async (): Promise<string> => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      printed += value;
    }
    const { code } = await child.status;
    const text = await errors;
    if (code !== 0) throw new Error(`Java ended with ${code}: ${text}`);
    return printed.trim().split("\n").at(-1) ?? "";
  };
  const done = rest();
  // A test that awaits it is told; a test that failed before does not.
  done.catch(() => {});
  return {
    done,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await done.catch(() => {});
    },
  };
}

function fill(
  bytes: Uint8Array,
  offset: number,
  publisher: number,
  sequence: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    bytes[offset + i] = contentAt(publisher, sequence, i);
  }
}

function contentAt(publisher: number, sequence: number, index: number): number {
  return (publisher * 13 + sequence * 31 + index * 7) & 0xff;
}

async function turn(ms: number): Promise<void> {
  await new Promise<void>((resolve) =>
    ms === 0 ? setImmediate(resolve) : setTimeout(resolve, ms)
  );
}
