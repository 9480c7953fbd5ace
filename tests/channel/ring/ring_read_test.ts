/**
 * Reading from ring buffers: limits, actions, and handlers that throw.
 */

import { assertEquals, assertThrows } from "../../../deps.ts";
import type { ControlledAction, RingBuffer } from "../../../channel/mod.ts";
import {
  assertRefused,
  HEADER,
  makeRing,
  payload,
  readTypes,
  RING_KINDS,
} from "../../helpers/channel/rings.ts";

/** Reads with one action after the other; gives the types that were seen. */
function readWith(
  ring: RingBuffer,
  actions: readonly (ControlledAction | "throw" | undefined)[],
  limit?: number,
): { seen: number[]; count: number | string } {
  const seen: number[] = [];
  let count: number | string;
  try {
    count = ring.controlledRead((typeId) => {
      const action = actions[seen.length];
      seen.push(typeId);
      if (action === "throw") throw new Error("the handler's own");
      return action;
    }, limit);
  } catch (error) {
    count = String(error);
  }
  return { seen, count };
}

for (const kind of RING_KINDS) {
  const { name } = kind;

  /** A ring with messages of 16 bytes each, of types 1, 2, …. */
  const filled = (count: number) => {
    const test = makeRing(kind, 256);
    for (let i = 1; i <= count; i++) test.ring.write(i, payload(5, i));
    return test;
  };

  Deno.test(`${name}.read() reads up to its limit`, () => {
    const { ring } = filled(5);
    assertEquals(readTypes(ring, 2), [1, 2]);
    assertEquals(ring.consumerPosition, 32n);
    assertEquals(readTypes(ring, 100), [3, 4, 5]);
  });

  Deno.test(`${name}.read() with limit 0 does nothing`, () => {
    const { ring, memory } = filled(2);
    const before = memory.slice();
    assertEquals(readTypes(ring, 0), []);
    assertEquals(readWith(ring, [], 0), { seen: [], count: 0 });
    assertEquals(memory, before);
  });

  Deno.test(`${name}.read() leaves padding behind the last message of its limit`, () => {
    const { ring } = filled(1);
    ring.abort(ring.tryClaim(2, 3));
    assertEquals(readTypes(ring, 1), [1]);
    assertEquals(ring.consumerPosition, 16n);
    assertEquals(readTypes(ring, 1), []);
    assertEquals(ring.consumerPosition, 32n);
  });

  Deno.test(`${name}.read() stops at the end of the data area, and the next call goes on`, () => {
    const { ring } = filled(15);
    readTypes(ring);
    for (const typeId of [21, 22, 23]) ring.write(typeId, payload(5));
    assertEquals(readTypes(ring), [21]);
    assertEquals(readTypes(ring), [22, 23]);
  });

  Deno.test(`${name}.read() hands out all memory, the offset of the payload and its length`, () => {
    const { ring, memory } = filled(2);
    const seen: unknown[] = [];
    ring.read((typeId, bytes, offset, length) => {
      seen.push([typeId, bytes === memory, offset, length]);
    });
    assertEquals(seen, [[1, true, HEADER, 5], [2, true, 16 + HEADER, 5]]);
  });

  Deno.test(`${name}.read() gives room back only after the last handler returned`, () => {
    const { ring } = filled(3);
    const positions: bigint[] = [];
    ring.read(() => positions.push(ring.consumerPosition));
    assertEquals(positions, [0n, 0n, 0n]);
    assertEquals(ring.consumerPosition, 48n);
  });

  Deno.test(`${name}.read() consumes the message whose handler throws, and those before`, () => {
    const { ring } = filled(4);
    const seen: number[] = [];
    const read = () =>
      ring.read((typeId) => {
        seen.push(typeId);
        if (typeId === 2) throw new SyntaxError("the handler's own");
      });
    assertThrows(read, SyntaxError, "the handler's own");
    assertEquals(seen, [1, 2]);
    assertEquals(ring.consumerPosition, 32n);
    assertEquals(readTypes(ring), [3, 4]);
  });

  Deno.test(`${name}.read() lets its handler write to the ring`, () => {
    const { ring } = filled(2);
    ring.read((typeId) => {
      if (typeId < 10) ring.write(typeId + 10, payload(2));
    }, 2);
    assertEquals(readTypes(ring), [11, 12]);
  });

  Deno.test(`${name}.read() inside its own handler fails and loses nothing`, () => {
    for (const outer of ["read", "controlledRead"] as const) {
      for (const inner of ["read", "controlledRead"] as const) {
        const { ring } = filled(3);
        let nested = 0;
        const again = () => ring[inner](() => {});
        ring[outer]((typeId) => {
          if (typeId !== 1) return;
          assertThrows(again, TypeError, "handler");
          nested++;
        }, 2);
        assertEquals(nested, 1);
        assertEquals(ring.consumerPosition, 32n);
        assertEquals(readTypes(ring), [3]);
      }
    }
  });

  Deno.test(`${name}.read() can be called again after a handler threw`, () => {
    const { ring } = filled(2);
    assertThrows(() =>
      ring.read(() => {
        throw new SyntaxError();
      }), SyntaxError);
    assertEquals(readWith(ring, ["throw"]).seen, [2]);
    assertEquals(readTypes(ring), []);
  });

  Deno.test(`${name}.controlledRead() leaves an aborted message, and consumes those before`, () => {
    const { ring } = filled(3);
    const { seen, count } = readWith(ring, ["continue", "abort"]);
    assertEquals([seen, count], [[1, 2], 1]);
    assertEquals(ring.consumerPosition, 16n);
    assertEquals(readTypes(ring), [2, 3]);
  });

  Deno.test(`${name}.controlledRead() that aborts the first message changes nothing`, () => {
    const { ring, memory } = filled(3);
    const before = memory.slice();
    for (let i = 0; i < 3; i++) {
      assertEquals(readWith(ring, ["abort"]), { seen: [1], count: 0 });
    }
    assertEquals(memory, before);
  });

  Deno.test(`${name}.controlledRead() consumes padding in front of an aborted message`, () => {
    const { ring } = makeRing(kind, 256);
    ring.abort(ring.tryClaim(1, 3));
    ring.write(2, payload(3));
    assertEquals(readWith(ring, ["abort"]), { seen: [2], count: 0 });
    assertEquals(ring.consumerPosition, 16n);
  });

  Deno.test(`${name}.controlledRead() stops after a message with "break"`, () => {
    const { ring } = filled(3);
    const { seen, count } = readWith(ring, ["continue", "break"]);
    assertEquals([seen, count], [[1, 2], 2]);
    assertEquals(ring.consumerPosition, 32n);
    assertEquals(readTypes(ring), [3]);
  });

  Deno.test(`${name}.controlledRead() gives room back at once with "commit"`, () => {
    const { ring } = filled(4);
    const positions: bigint[] = [];
    const count = ring.controlledRead((typeId) => {
      positions.push(ring.consumerPosition);
      return typeId === 2 ? "commit" : "continue";
    });
    assertEquals(count, 4);
    assertEquals(positions, [0n, 0n, 32n, 32n]);
    assertEquals(ring.consumerPosition, 64n);
  });

  Deno.test(`${name}.controlledRead() takes back only what comes after a "commit"`, () => {
    const { ring } = filled(4);
    const { seen, count } = readWith(ring, ["commit", "continue", "abort"]);
    assertEquals([seen, count], [[1, 2, 3], 2]);
    assertEquals(readTypes(ring), [3, 4]);
  });

  Deno.test(`${name}.controlledRead() stops at the end of the data area after a "commit" there`, () => {
    const { ring, words } = filled(15);
    readTypes(ring);
    ring.write(16, payload(5));
    ring.write(17, payload(5));
    // Other implementations look at the word behind; this one must not.
    words[256 / 4] = 16;
    words[256 / 4 + 1] = 5;
    assertEquals(readWith(ring, ["commit"]), { seen: [16], count: 1 });
    assertEquals(readWith(ring, ["commit"]), { seen: [17], count: 1 });
  });

  Deno.test(`${name}.controlledRead() goes on where the handler says nothing or "continue"`, () => {
    const { ring } = filled(3);
    const { seen, count } = readWith(ring, [undefined, "continue"]);
    assertEquals([seen, count], [[1, 2, 3], 3]);
  });

  Deno.test(`${name}.controlledRead() reads up to its limit, counting what was committed`, () => {
    const { ring } = filled(5);
    const { seen, count } = readWith(ring, ["commit", "continue"], 3);
    assertEquals([seen, count], [[1, 2, 3], 3]);
    assertEquals(ring.consumerPosition, 48n);
  });

  Deno.test(`${name}.controlledRead() consumes the message whose handler throws, also after a "commit"`, () => {
    const { ring } = filled(4);
    const { seen, count } = readWith(ring, ["commit", "continue", "throw"]);
    assertEquals([seen, count], [[1, 2, 3], "Error: the handler's own"]);
    assertEquals(ring.consumerPosition, 48n);
    assertEquals(readTypes(ring), [4]);
  });

  Deno.test(`${name}.read() refuses a record that no sound producer writes, after giving back those before`, () => {
    for (const length of [1, 7, 256 - 16 + 1, 2 ** 31 - 1]) {
      const { ring, memory, words } = filled(2);
      words[16 / 4] = length;
      const error = assertThrows(() => ring.read(() => {}), TypeError);
      for (const part of ["16", `${length}`]) {
        assertEquals(error.message.includes(part), true, error.message);
      }
      assertEquals(ring.consumerPosition, 16n);
      assertRefused(memory, () => ring.read(() => {}), TypeError);
      assertRefused(memory, () => ring.controlledRead(() => {}), TypeError);
    }
  });

  Deno.test(`${name}.read() refuses types that no sound producer writes`, () => {
    for (const typeId of [0, -2, -(2 ** 31)]) {
      const { ring, memory, words } = filled(1);
      words[1] = typeId;
      assertRefused(memory, () => ring.read(() => {}), TypeError, `${typeId}`);
      const controlled = () => ring.controlledRead(() => {});
      assertRefused(memory, controlled, TypeError, `${typeId}`);
    }
  });
}
