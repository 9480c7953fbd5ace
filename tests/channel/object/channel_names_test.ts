/**
 * What channels refuse: bad input, names that belong to something else, ends
 * that are taken. Every refusal leaves the object as it was, and nothing behind.
 */

import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import {
  BROADCAST_TRAILER_LENGTH,
  Publisher,
  Receiver,
  RING_TRAILER_LENGTH,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { assertRefused } from "../../helpers/channel/bad.ts";
import {
  bytesOf,
  ends,
  Name,
  traces,
  unchanged,
} from "../../helpers/channel/ends.ts";

/** Everything that creates a channel. */
const CREATORS = { Receiver, Sender, Publisher } as const;

/** Everything that opens one, by its kind. */
const OPENERS = {
  ring: { Receiver, Sender },
  broadcast: { Publisher, Subscriber },
} as const;

const TRAILERS = {
  ring: RING_TRAILER_LENGTH,
  broadcast: BROADCAST_TRAILER_LENGTH,
} as const;

for (const [what, { create }] of Object.entries(CREATORS)) {
  Deno.test(`${what}.create() refuses capacities that are none, and creates nothing`, () => {
    using name = new Name();
    const bad = [0, 1, 32, 63, 65, 100, 1000, 1025, -64, 64.5, NaN, Infinity];
    for (const capacity of [...bad, 2 ** 31, 2 ** 40]) {
      const error = assertThrows(
        () => create(name.text, { capacity }),
        RangeError,
        "power of two from 64 to 2^30",
      );
      assertStringIncludes(error.message, String(capacity));
    }
    assertThrows(() => SharedMemory.open(name.text), Deno.errors.NotFound);
    assertEquals(traces(name.text), []);
  });

  Deno.test(`${what}.create() refuses what is no number, and words that it does not know`, () => {
    using name = new Name();
    for (const capacity of ["1024", null, true, {}, 1024n, Symbol("1024")]) {
      assertRefused(create, [name.text, { capacity }], RangeError, "capacity");
    }
    for (const option of ["ifExists", "ifStale"]) {
      const options = { [option]: "perhaps" };
      assertRefused(create, [name.text, options], TypeError, option);
    }
    for (const options of [null, 7, "one"]) {
      assertRefused(create, [name.text, options], TypeError, "options");
    }
    assertThrows(() => SharedMemory.open(name.text), Deno.errors.NotFound);
  });

  Deno.test(`${what}.create() refuses a name that is taken`, () => {
    using name = new Name();
    using _first = create(name.text, { capacity: 256 });
    unchanged(name.text, () => {
      const error = assertThrows(
        () => create(name.text, { capacity: 256 }),
        Deno.errors.AlreadyExists,
        name.text,
      );
      assertEquals(Reflect.get(error, "code"), "EEXIST");
    });
  });
}

Deno.test("Rings refuse kinds of producers that they do not know", () => {
  using name = new Name();
  for (const { create, open } of [Receiver, Sender]) {
    for (const producers of ["two", 1, null]) {
      const options = { producers };
      assertRefused(create, [name.text, options], TypeError, "producers");
      assertRefused(open, [name.text, options], TypeError, "producers");
    }
  }
  assertThrows(() => SharedMemory.open(name.text), Deno.errors.NotFound);
});

for (const { open, name: what } of [Receiver, Sender, Publisher, Subscriber]) {
  Deno.test(`${what} refuses a name that nobody has, or that is none`, () => {
    using name = new Name();
    const error = assertThrows(
      () => open(name.text),
      Deno.errors.NotFound,
      name.text,
    );
    assertEquals(Reflect.get(error, "code"), "ENOENT");
    for (const bad of ["", "/", "/a/b", "a\0b", "/" + "x".repeat(256)]) {
      assertThrows(() => open(bad));
    }
  });
}

for (const kind of ["ring", "broadcast"] as const) {
  const trailer = TRAILERS[kind];
  for (const [what, { open }] of Object.entries(OPENERS[kind])) {
    Deno.test(`${what}.open() refuses an object whose size fits no ${kind}`, () => {
      for (const size of [1, trailer, trailer + 1000, 4096, trailer + 8]) {
        using name = new Name();
        using _memory = SharedMemory.create(name.text, { size });
        unchanged(name.text, () => {
          const error = assertThrows(
            () => open(name.text),
            RangeError,
            "belongs to something else",
          );
          assertStringIncludes(error.message, `${size} bytes`);
          assertStringIncludes(error.message, name.text);
        });
      }
    });

    Deno.test(`${what}.open() refuses an object of the right size that holds something else`, () => {
      using name = new Name();
      const size = 1024 + trailer;
      using memory = SharedMemory.create(name.text, { size });
      using mapping = memory.map();
      const content: Record<string, () => void> = {
        "text": () => mapping.bytes.fill(0x61),
        "minus one": () => mapping.bytes.fill(0xff),
        // Where the kind of a channel stands there is nothing.
        "odd positions": () => {
          mapping.bytes.fill(0);
          const longs = new BigInt64Array(mapping.bytes.buffer);
          const tail = kind === "ring" ? 1024 + 128 : 1024 + 8;
          longs[tail / 8] = 0x6162_6364_6566_6768n + 1n;
        },
      };
      for (const [, write] of Object.entries(content)) {
        write();
        unchanged(name.text, () => {
          assertThrows(() => open(name.text), TypeError, name.text);
        });
      }
    });
  }
}

Deno.test("A ring that is something else stays as it was when the kind of its producers is given", () => {
  using name = new Name();
  const size = 1024 + RING_TRAILER_LENGTH;
  using memory = SharedMemory.create(name.text, { size });
  using mapping = memory.map();
  const longs = new BigInt64Array(mapping.bytes.buffer);
  longs[(1024 + 384) / 8] = 77n;
  for (const producers of ["one", "many"] as const) {
    for (const { open, create } of [Receiver, Sender]) {
      const options = { capacity: 1024, producers, ifExists: "open" } as const;
      unchanged(name.text, () => {
        assertThrows(() => open(name.text, { producers }), TypeError);
        assertThrows(() => create(name.text, options), TypeError);
      });
    }
  }
});

Deno.test("A broadcast is no ring, and a ring no broadcast", () => {
  for (const capacity of [64, 1024]) {
    using ring = new Name();
    using _receiver = Receiver.create(ring.text, { capacity });
    using broadcast = new Name();
    using _publisher = Publisher.create(broadcast.text, { capacity });
    unchanged(ring.text, () => {
      assertThrows(() => Publisher.open(ring.text), RangeError, "no broadcast");
      assertThrows(() => Subscriber.open(ring.text), RangeError, "no broad");
    });
    unchanged(broadcast.text, () => {
      assertThrows(() => Receiver.open(broadcast.text), RangeError, "no ring");
      assertThrows(() => Sender.open(broadcast.text), RangeError, "no ring");
    });
  }
});

Deno.test("A ring has one receiver at a time", () => {
  using channel = ends({ capacity: 256 });
  const { name, sender, receiver } = channel;
  unchanged(name, () => {
    const options = { capacity: 256, ifExists: "open" } as const;
    for (
      const attempt of [
        () => Receiver.open(name),
        () => Receiver.create(name, options),
      ]
    ) {
      const error = assertThrows(
        attempt,
        Deno.errors.Busy,
        "a receiver already",
      );
      assertStringIncludes(error.message, name);
    }
  });
  sender.trySend(bytesOf(1, 9));
  assertEquals(receiver.tryReceive()?.bytes, bytesOf(1, 9));
  receiver.close();
  using _next = Receiver.open(name);
});

Deno.test("A ring for one has one sender at a time, and says how to have more", () => {
  using channel = ends({ capacity: 256 });
  const { name, sender } = channel;
  unchanged(name, () => {
    assertThrows(() => Sender.open(name), Deno.errors.Busy, '"many"');
  });
  sender.close();
  using _next = Sender.open(name);
});

Deno.test("A ring keeps the kind of producers that it was made with", () => {
  for (const [made, asked] of [["one", "many"], ["many", "one"]] as const) {
    using channel = ends({ capacity: 256, producers: made });
    const { name, sender, receiver } = channel;
    assertEquals([sender.producers, receiver.producers], [made, made]);
    unchanged(name, () => {
      for (const { open } of [Sender, Receiver]) {
        assertThrows(
          () => open(name, { producers: asked }),
          TypeError,
          `producers "${made}", and "${asked}" was asked for`,
        );
      }
    });
  }
});

Deno.test("A message over the limit is refused with the limit and the way out", async () => {
  using channel = ends({ capacity: 1024 });
  const { name, sender } = channel;
  for (const length of [129, 1000, 5000]) {
    const bytes = new Uint8Array(length);
    unchanged(name, () => {
      const error = assertThrows(() => sender.trySend(bytes), RangeError, name);
      for (const part of [`${length} bytes`, "128", "sender.writable"]) {
        assertStringIncludes(error.message, part);
      }
    });
    await assertRejects(() => sender.send(bytes), RangeError, "128");
  }
  assertEquals(sender.trySend(new Uint8Array(128)), true);
});

Deno.test("Types that are none, and what is no Uint8Array, are refused", async () => {
  using channel = ends({ capacity: 1024 });
  const { name, sender } = channel;
  const bytes = new Uint8Array(5);
  const gone = new Uint8Array(5);
  gone.buffer.transfer();
  const attempts: [unknown[], typeof RangeError | typeof TypeError, string][] =
    [
      ...[0, -1, 2 ** 31, 1.5, NaN].map((typeId) =>
        [[bytes, { typeId }], RangeError, "typeId"] satisfies [
          unknown[],
          typeof RangeError,
          string,
        ]
      ),
      ...[undefined, null, "text", [1, 2], new ArrayBuffer(8), gone].map((
        bad,
      ) =>
        [[bad], TypeError, "message"] satisfies [
          unknown[],
          typeof TypeError,
          string,
        ]
      ),
    ];
  for (const [values, ErrorClass, part] of attempts) {
    const trySend = sender.trySend.bind(sender);
    unchanged(name, () => assertRefused(trySend, values, ErrorClass, part));
    const send = sender.send.bind(sender);
    await assertRejects(
      () => Promise.resolve(Reflect.apply(send, undefined, values)),
      ErrorClass,
      part,
    );
  }
});
