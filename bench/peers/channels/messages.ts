/**
 * One of the two processes that pass messages.
 *
 * Takes "receive" or "send", the name of a channel, and the path of a socket;
 * the receiver makes both. Says "ready". Reads "WAY COUNT" lines from stdin and
 * does its part; the receiver answers with the nanoseconds that it took. With
 * "pipe COUNT" it writes messages to stdout.
 *
 * @module
 */

import { Receiver, Sender } from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { MessageQueue, SystemMessageQueue } from "../../../queue/mod.ts";
import {
  LEAST_LENGTH,
  LeastReceiver,
  LeastSender,
} from "../../channels/least.ts";
import {
  LENGTH,
  messagesOf,
  messagesReadFrom,
  receiveAll,
  receiveBatches,
  receiveStream,
  sendAll,
  sendBatches,
  streamOf,
} from "../../channels/message_loops.ts";

const CAPACITY = 2 ** 20;

const [role = "", name = "", path = ""] = Deno.args;

/** Queues that the system keeps, beside the channel: the two find them by name. */
const queueName = `${name}-queue`;
const leastName = `${name}-least`;
const queueKey = Number.parseInt(name.slice(-8), 16) | 1;

function say(text: string | number): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Does something for each line of stdin. */
async function serve(
  act: (way: string, count: number) => Promise<string | number>,
): Promise<void> {
  say("ready");
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  // Lines come one at a time: the next when the last was answered.
  for await (const line of lines) {
    const [way = "", count = ""] = line.trim().split(" ");
    say(await act(way, Number(count)));
  }
}

async function receive(): Promise<void> {
  using receiver = Receiver.create(name, { capacity: CAPACITY });
  using listener = Deno.listen({ transport: "unix", path });
  const accepted = listener.accept();
  using cleanup = new DisposableStack();
  const queue = cleanup.use(
    MessageQueue.create(queueName, { maxMessageLength: LENGTH }),
  );
  cleanup.defer(() => queue.unlink());
  const system = SystemMessageQueue.create({ key: queueKey });
  cleanup.defer(() => system.remove());
  using memory = SharedMemory.create(leastName, { size: LEAST_LENGTH });
  using mapping = memory.map();
  const least = new LeastReceiver(mapping.bytes);
  await serve(async (way, count) => {
    switch (way) {
      case "channel":
        return await receiveAll(count, receiver);
      case "queue":
        return await receiveAll(count, queue);
      case "system-queue":
        return await receiveAll(count, system);
      case "channel-batches":
        return await receiveBatches(count, receiver.batches());
      case "least":
        return await receiveAll(count, least);
      case "least-batches":
        return await receiveBatches(count, least.batches());
      case "channel-stream":
        return await receiveStream(count, receiver.readable);
      case "socket":
        return await receiveAll(count, messagesReadFrom(await accepted));
      case "socket-bulk":
        return await receiveAll(count, messagesOf((await accepted).readable));
      case "socket-stream":
        return await receiveStream(count, (await accepted).readable);
      case "pipe":
        return await receiveFromChild(count);
      case "worker":
        return await receiveInWorker(count);
      default:
        throw new Error(`There is no way ${way}`);
    }
  });
}

async function receiveFromChild(count: number): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", import.meta.url, "pipe", `${count}`],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const time = await receiveAll(count, messagesOf(child.stdout));
  await child.stdout.cancel();
  await child.status;
  return time;
}

/** A worker receives, and this thread posts. */
async function receiveInWorker(count: number): Promise<number> {
  const worker = new Worker(import.meta.resolve("./message_worker.ts"), {
    type: "module",
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  const isReady = Promise.withResolvers<void>();
  worker.onmessage = ({ data }) => {
    if (data === "ready") isReady.resolve();
    else resolve(data);
  };
  await isReady.promise;
  worker.postMessage(count);
  await sendAll(count, (message) => {
    worker.postMessage(message);
    return Promise.resolve();
  });
  const time = await promise;
  worker.terminate();
  return time;
}

async function send(): Promise<void> {
  using sender = await Sender.waitFor(name);
  using conn = await Deno.connect({ transport: "unix", path });
  using queue = MessageQueue.open(queueName);
  const system = SystemMessageQueue.open({ key: queueKey });
  using memory = SharedMemory.open(leastName);
  using mapping = memory.map();
  const least = new LeastSender(mapping.bytes);
  await serve(async (way, count) => {
    switch (way) {
      case "channel":
        await sendAll(count, (message) => sender.send(message));
        break;
      case "queue":
        await sendAll(count, (message) => queue.sendAsync(message));
        break;
      case "system-queue":
        await sendAll(count, (message) => system.sendAsync(message));
        break;
      case "channel-batches":
        await sendBatches(count, sender);
        break;
      case "least":
        await sendAll(count, (message) => least.send(message));
        break;
      case "least-batches":
        await sendBatches(count, least);
        break;
      case "channel-stream":
        await streamOf(count).pipeTo(sender.writable, { preventClose: true });
        break;
      case "socket":
      case "socket-bulk":
        await sendAll(count, (message) => writeAll(conn, message));
        break;
      case "socket-stream":
        await streamOf(count).pipeTo(conn.writable, { preventClose: true });
        break;
      default:
        throw new Error(`There is no way ${way}`);
    }
    return "done";
  });
}

async function writeAll(
  writer: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  let written = await writer.write(bytes);
  while (written < bytes.length) {
    written += await writer.write(bytes.subarray(written));
  }
}

switch (role) {
  case "receive":
    await receive();
    break;
  case "send":
    await send();
    break;
  case "pipe":
    await sendAll(Number(name), (message) => writeAll(Deno.stdout, message));
    break;
  default:
    throw new Error(`There is no role ${role}`);
}
