/**
 * Whatever another process writes into cnc.dat, clients fail with an error at most.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../../deps.ts";
import { Aeron } from "../../../../aeron/mod.ts";
import {
  driverOfFile,
  freshStream,
} from "../../../helpers/aeron/aeron_client.ts";
import { randomWords } from "../../../helpers/aeron/aeron_log.ts";
import { needing } from "../../../helpers/needs.ts";

const driver = driverOfFile();
const NEEDS = ["aeron driver"] as const;

/** Where the consumer of the driver's ring shows that it lives, behind 1 MiB of data. */
const HEARTBEAT = 128 + 2 ** 20 + 640;
const HEADER = 128;

/** A copy of a running driver's file, in a folder of its own, as if it still lived. */
async function copyOfFile(): Promise<{
  directory: string;
  bytes: Uint8Array<ArrayBuffer>;
  save: () => void;
}> {
  const directory = await Deno.makeTempDir();
  const bytes = await Deno.readFile(`${driver.directory}/cnc.dat`);
  const view = new DataView(bytes.buffer);
  const path = `${directory}/cnc.dat`;
  await Deno.writeFile(path, bytes);
  const file = await Deno.open(path, { write: true, read: true });
  const save = () => {
    view.setBigInt64(HEARTBEAT, BigInt(Date.now()), true);
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(bytes.subarray(0, 2 ** 22));
  };
  save();
  file.close();
  return {
    directory,
    bytes,
    save: () => {
      using again = Deno.openSync(path, { write: true });
      view.setBigInt64(HEARTBEAT, BigInt(Date.now()), true);
      again.writeSync(bytes.subarray(0, 2 ** 22));
    },
  };
}

Deno.test(needing(
  NEEDS,
  "connect() refuses or waits when the header of cnc.dat says nonsense",
  async () => {
    const { directory, bytes, save } = await copyOfFile();
    try {
      const words = new Int32Array(bytes.buffer, 0, HEADER / 4);
      const good = words.slice();
      const random = randomWords(99);
      let refused = 0;
      for (let round = 0; round < 60; round++) {
        words.set(good);
        const field = round % 6;
        words[field] = round < 24 ? [-1, 1, 7, 2 ** 30][round % 4]! : random();
        save();
        try {
          using aeron = await Aeron.connect({ directory, timeoutMs: 5 });
          aeron.serve();
        } catch (error) {
          assert(error instanceof Error);
          assert(error.message.startsWith("Cannot"), error.message);
          refused++;
        }
      }
      assert(refused > 40, `${refused}`);
      words.set(good);
      words[0] = 1 << 16;
      save();
      await assertRejects(
        () => Aeron.connect({ directory, timeoutMs: 5 }),
        Deno.errors.NotSupported,
        "version 1.0.0",
      );
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
));

Deno.test(needing(
  NEEDS,
  "a client goes on or fails, and never hangs, while its buffers are overwritten",
  async () => {
    const { directory, bytes, save } = await copyOfFile();
    try {
      const random = randomWords(4242);
      const words = new Int32Array(bytes.buffer);
      let ended = 0;
      for (let round = 0; round < 25; round++) {
        save();
        using aeron = await Aeron.connect({
          directory,
          timeoutMs: 1000,
          driverTimeoutMs: 5000,
        });
        const pending = aeron.addPublication("aeron:ipc", 1)
          .catch((error) => assert(error instanceof Error));
        for (let i = 0; i < 20 && !aeron.closed; i++) {
          // The ends of the two buffers, where their positions are, and the counters.
          for (
            const at of [HEADER + 2 ** 20, HEADER + 2 ** 20 + 768 + 2 ** 20]
          ) {
            words[(at >> 2) + ((random() >>> 0) % 32)] = random();
          }
          words[(HEADER + 2 ** 20 + 768 >> 2) + (random() >>> 14)] = random();
          words[(HEADER + 2 ** 21 + 896 >> 2) + (random() >>> 14)] = random();
          save();
          await new Promise((resolve) => setTimeout(resolve, 1));
          aeron.serve();
          for (const { label } of aeron.counters) assert(label.length <= 380);
        }
        if (aeron.closed) ended++;
        aeron.close();
        await pending;
        const fresh = await Deno.readFile(`${driver.directory}/cnc.dat`);
        bytes.set(fresh);
      }
      assert(ended > 0, "nothing was noticed");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
));

Deno.test(needing(
  NEEDS,
  "what the driver says is opened in its own folder alone",
  async () => {
    using aeron = await driver.connect();
    const stream = freshStream();
    using publication = await aeron.addPublication("aeron:ipc", stream);
    assertEquals(publication.closed, false);
    const { openLog } = await import(
      "../../../../aeron/conductor/log_place.ts"
    );
    const conductor = {
      options: { directory: driver.directory, sparse: false },
    };
    for (
      const name of [
        "/etc/passwd",
        "/x/publications/../../y.logbuffer",
        "",
        "/x/y",
      ]
    ) {
      const open = () =>
        // deno-lint-ignore no-explicit-any -- the part of it that is used
        Promise.resolve(openLog(conductor as any, name, undefined));
      await assertRejects(
        async () => await open(),
        TypeError,
        "corrupt answer",
      );
    }
  },
));
