/**
 * Programs that somebody looks at: each does one thing until it is killed.
 *
 * ```sh
 * deno run --allow-ffi tests/peers/deno/lively.ts ROLE NAME
 * ```
 *
 * @module
 */

import {
  Publisher,
  Receiver,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import { Latest, SharedMap } from "../../../store/mod.ts";

const [role = "", name = ""] = Deno.args;
const encoder = new TextEncoder();

const ROLES: Readonly<Record<string, () => Promise<void>>> = {
  /** Receives in bursts, so that the channel fills and empties. */
  async receive() {
    const receiver = Receiver.create(name, {
      capacity: 65536,
      producers: "many",
      label: "frames of the camera",
      onSenderDeath: "continue",
    });
    here();
    for (;;) {
      for (let i = 0; i < 300; i++) await receiver.receive();
      await pause(100);
    }
  },
  /** Sends frames, one each millisecond or so. */
  async send() {
    const sender = await Sender.waitFor(name);
    here();
    for (let frame = 1;; frame++) {
      await sender.send(encoder.encode(JSON.stringify({
        frame,
        width: 1920,
        height: 1080,
        note: "x".repeat(frame % 50),
      })));
      if (frame % 3 === 0) await pause(1);
    }
  },
  /** Publishes prices. */
  async publish() {
    const publisher = Publisher.create(name, {
      capacity: 32768,
      label: "prices",
    });
    here();
    for (let i = 0;; i++) {
      const price = 100 + 10 * Math.sin(i / 100);
      publisher.publish(
        encoder.encode(JSON.stringify({ name: "ACME", price })),
      );
      await pause(2);
    }
  },
  /** Reads prices. */
  async subscribe() {
    const subscriber = await Subscriber.waitFor(name);
    here();
    for await (const _ of subscriber);
  },
  /** Writes the newest value of something. */
  async write() {
    const latest = Latest.create(name, { byteLength: 1000 });
    here();
    for (let celsius = 20;; celsius = 20 + Math.random()) {
      latest.write(encoder.encode(JSON.stringify({ celsius })));
      await pause(50);
    }
  },
  /** Holds the lock of a key, and does nothing with it. */
  hold() {
    const map = SharedMap.create(name, { budget: 20_000 });
    map.set("sessions", Uint8Array.of(1));
    map.update("sessions", (old) => {
      here();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      return old;
    });
    return Promise.resolve();
  },
};

await ROLES[role]?.();

/** Says that it is there. */
function here(): void {
  Deno.stdout.writeSync(encoder.encode("here\n"));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
