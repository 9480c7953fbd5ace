/**
 * One end of a channel, in another process.
 *
 *     leave NAME COUNT            receives so many, says their first bytes, and
 *                                 exits without closing
 *     receive NAME COUNT          says "ready", receives to the end, checks each,
 *                                 and says how many there were of each sender
 *     send NAME SENDER COUNT      sends messages that can be checked
 *     answer NAME                 answers on NAME-back what comes on NAME
 *     reopen NAME COUNT           opens, sends one message and closes, so often
 *     meet NAME COUNT             says "ready", waits for a line, and sends one
 *                                 message each through NAME-0, NAME-1 and so on,
 *                                 which it creates unless they are there
 *     hash NAME                   says "ready", then the SHA-256 of a stream
 *
 * @module
 */

import { createHash } from "node:crypto";
import { Receiver, Sender } from "../../../../channel/mod.ts";
import { Numbered } from "../../numbered.ts";

const encoder = new TextEncoder();

function say(text: string): void {
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}

async function leave(name: string, count: number): Promise<never> {
  const receiver = Receiver.open(name);
  const received = [];
  while (received.length < count) {
    received.push((await receiver.receive())?.bytes[0]);
  }
  say(received.join(" "));
  Deno.exit();
}

async function receive(name: string, count: number): Promise<void> {
  using receiver = Receiver.open(name);
  say("ready");
  const numbered = Array.from({ length: count }, (_, i) => new Numbered(i + 1));
  for await (const { typeId, bytes } of receiver) {
    const one = numbered[typeId - 1];
    if (one === undefined) throw new Error(`type ${typeId} came`);
    one.check(bytes);
  }
  say(numbered.map((one) => one.count).join(" "));
}

async function send(name: string, id: number, count: number): Promise<void> {
  using sender = await Sender.waitFor(name);
  const numbered = new Numbered(id);
  for (let i = 0; i < count; i++) {
    await sender.send(numbered.next(), { typeId: id });
  }
}

async function answer(name: string): Promise<void> {
  using questions = Receiver.open(name);
  using answers = await Sender.waitFor(`${name}-back`);
  for await (const { typeId, bytes } of questions) {
    await answers.send(bytes.reverse(), { typeId });
  }
}

function reopen(name: string, count: number): void {
  let busy = 0;
  for (let i = 0; i < count;) {
    try {
      using sender = Sender.open(name);
      if (sender.trySend(new Uint8Array([i]))) i++;
    } catch (error) {
      if (!(error instanceof Deno.errors.Busy)) throw error;
      busy++;
    }
  }
  say(`${busy}`);
}

async function meet(name: string, count: number): Promise<void> {
  say("ready");
  await Deno.stdin.read(new Uint8Array(9));
  for (let i = 0; i < count; i++) {
    const options = { capacity: 256, ifExists: "open" } as const;
    using sender = Sender.create(`${name}-${i}`, options);
    await sender.send(new Uint8Array([i]));
  }
}

async function hash(name: string): Promise<void> {
  using receiver = Receiver.open(name);
  say("ready");
  const sum = createHash("sha256");
  for await (const chunk of receiver.readable) sum.update(chunk);
  say(sum.digest("hex"));
}

const [command, name = "", ...args] = Deno.args;
const [first = 0, second = 0] = args.map(Number);
switch (command) {
  case "leave":
    await leave(name, first);
    break;
  case "receive":
    await receive(name, first);
    break;
  case "send":
    await send(name, first, second);
    break;
  case "answer":
    await answer(name);
    break;
  case "reopen":
    reopen(name, first);
    break;
  case "meet":
    await meet(name, first);
    break;
  case "hash":
    await hash(name);
    break;
  default:
    throw new Error(`unknown command ${command}`);
}
