/**
 * Senders and receivers in processes of their own, at full speed.
 */

import { createHash, randomFillSync } from "node:crypto";
import { assert, assertEquals } from "../../../deps.ts";
import { type Producers, Receiver, Sender } from "../../../channel/mod.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { Numbered } from "../../peers/numbered.ts";
import { Program } from "../../helpers/peers/program.ts";
import { times } from "../../helpers/sync/size.ts";
import { bytesOf, ends, Name } from "../../helpers/channel/ends.ts";

const KINDS: readonly Producers[] = ["one", "many"];

function peer(...args: readonly (string | number)[]): Program {
  const script = projectPath("tests/peers/deno/channels/ends_peer.ts");
  return Program.start(denoRun(script, { args: args.map(String) }));
}

for (const producers of KINDS) {
  for (const capacity of [1024, 2 ** 20]) {
    Deno.test(`A sender in another process and a loop here: all messages, whole and in order, through ${capacity} bytes for producers "${producers}"`, async () => {
      const count = times(capacity === 1024 ? 300_000 : 10_000_000);
      using name = new Name();
      using receiver = Receiver.create(name.text, { capacity, producers });
      await using program = peer("send", name.text, 1, count);
      const numbered = new Numbered(1);
      for await (const { bytes } of receiver) numbered.check(bytes);
      assertEquals(numbered.count, count);
      assertEquals((await program.end()).code, 0);
    });

    Deno.test(`A sender here and a loop in another process: all messages, whole and in order, through ${capacity} bytes for producers "${producers}"`, async () => {
      const count = times(capacity === 1024 ? 300_000 : 10_000_000);
      using name = new Name();
      using sender = Sender.create(name.text, { capacity, producers });
      await using program = peer("receive", name.text, 1);
      assertEquals(await program.line(), "ready");
      const numbered = new Numbered(1);
      for (let i = 0; i < count; i++) await sender.send(numbered.next());
      sender.close();
      assertEquals(await program.line(), String(count));
    });
  }
}

Deno.test("Three processes send to one receiver, which gets all messages of each, whole and in order", async () => {
  const count = times(200_000);
  using name = new Name();
  using receiver = Receiver.create(name.text, {
    capacity: 16_384,
    producers: "many",
  });
  // It keeps the channel from ending before all have come.
  using first = Sender.open(name.text);
  await using one = peer("send", name.text, 1, count);
  await using two = peer("send", name.text, 2, count);
  await using three = peer("send", name.text, 3, count);
  const numbered = [1, 2, 3].map((id) => new Numbered(id));
  const seen = new Set<number>();
  for await (const { typeId, bytes } of receiver) {
    numbered[typeId - 1]?.check(bytes);
    if (!seen.has(typeId) && seen.add(typeId).size === 3) first.close();
  }
  assertEquals(numbered.map((one) => one.count), [count, count, count]);
  for (const program of [one, two, three]) {
    assertEquals((await program.end()).code, 0);
  }
});

Deno.test("Questions and answers over two channels", async () => {
  using questionsName = new Name();
  using questions = Sender.create(questionsName.text, { capacity: 4096 });
  using answers = Receiver.create(`${questionsName.text}-back`, {
    capacity: 4096,
  });
  using cleanup = new DisposableStack();
  cleanup.defer(() => answers.unlink());
  await using program = peer("answer", questionsName.text);
  for (let i = 0; i < times(20_000); i++) {
    const question = bytesOf(i, i % 200);
    await questions.send(question, { typeId: i + 1 });
    const answer = await answers.receive();
    assertEquals(answer?.typeId, i + 1);
    // Not assertEquals: it takes longer than all the rest.
    const { bytes = new Uint8Array(1) } = answer ?? {};
    const { length } = question;
    let same = bytes.length === length;
    for (let k = 0; k < length; k++) {
      same &&= bytes[k] === question[length - 1 - k];
    }
    assert(same, `answer ${i} is ${bytes}, the question was ${question}`);
  }
  questions.close();
  assertEquals(await answers.receive(), undefined);
  assertEquals((await program.end()).code, 0);
});

for (const producers of KINDS) {
  Deno.test(`A stream of random bytes arrives with the same SHA-256, for producers "${producers}"`, async () => {
    const whole = times(producers === "one" ? 2 ** 28 : 2 ** 26);
    using name = new Name();
    using sender = Sender.create(name.text, { producers });
    await using program = peer("hash", name.text);
    assertEquals(await program.line(), "ready");
    const sum = createHash("sha256");
    let left = whole;
    let chunks = 0;
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        // Lengths that no message has: some in one piece, some in several.
        const length = Math.min(left, 1 + (++chunks * 99_991) % 500_000);
        const chunk = new Uint8Array(length);
        randomFillSync(chunk);
        sum.update(chunk);
        controller.enqueue(chunk);
        left -= length;
        if (left === 0) controller.close();
      },
    });
    await source.pipeTo(sender.writable);
    assertEquals(await program.line(), sum.digest("hex"));
  });
}

Deno.test("Timers go on while a loop empties a full channel", async () => {
  const capacity = 2 ** Math.ceil(Math.log2(times(2 ** 25)));
  using channel = ends({ capacity });
  const { sender, receiver } = channel;
  let sent = 0;
  const bytes = new Uint8Array(8);
  while (sender.trySend(bytes)) sent++;
  sender.close();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  let received = 0;
  for await (const _ of receiver) received++;
  clearInterval(timer);
  assertEquals(received, sent);
  assert(ticks > 3, `${ticks} ticks in ${received} messages`);
});

for (const way of ["loop", "receive", "readable"] as const) {
  Deno.test(`Timers go on while another process sends as fast as it can, with ${way}`, async () => {
    using name = new Name();
    using receiver = Receiver.create(name.text, { capacity: 4096 });
    const count = times(500_000);
    await using program = peer("send", name.text, 1, count);
    const numbered = new Numbered(1);
    const first = await receiver.receive();
    if (first !== undefined) numbered.check(first.bytes);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const start = performance.now();
    if (way === "loop") {
      for await (const { bytes } of receiver) numbered.check(bytes);
    } else if (way === "receive") {
      let message;
      while ((message = await receiver.receive()) !== undefined) {
        numbered.check(message.bytes);
      }
    } else {
      for await (const bytes of receiver.readable) numbered.check(bytes);
    }
    const ms = performance.now() - start;
    clearInterval(timer);
    assertEquals(numbered.count, count);
    // A turn every 5 ms would be 200 a second; anything that goes on will do.
    assert(ticks >= ms / 100, `${ticks} ticks in ${ms} ms`);
    assertEquals((await program.end()).code, 0);
  });
}

Deno.test("Timers go on while a loop sends to another process as fast as it can", async () => {
  using name = new Name();
  using sender = Sender.create(name.text);
  await using program = peer("receive", name.text, 1);
  assertEquals(await program.line(), "ready");
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const start = performance.now();
  const numbered = new Numbered(1);
  const count = times(1_000_000);
  for (let i = 0; i < count; i++) await sender.send(numbered.next());
  const ms = performance.now() - start;
  clearInterval(timer);
  sender.close();
  assert(ticks >= ms / 100, `${ticks} ticks in ${ms} ms`);
  assertEquals(await program.line(), String(count));
});

Deno.test("Senders that come one after the other find the place free, whatever the receiver does", async () => {
  const count = times(10_000);
  using name = new Name();
  using receiver = Receiver.create(name.text, { capacity: 4096 });
  await using program = peer("reopen", name.text, count);
  let received = 0;
  while (received < count) {
    const message = await receiver.receive();
    if (message === undefined) continue;
    assertEquals(message.bytes[0], received & 0xff);
    received++;
  }
  // How often the place was taken for a sender that had closed.
  assertEquals(await program.line(), "0");
});
