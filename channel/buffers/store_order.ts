/**
 * Why readers of a ring see what its writers stored before they published it.
 *
 * A record is published by the store of its positive length (release), and seen
 * by a load of that length (acquire). What must hold is: all stores before the
 * one are visible before it, all loads behind the other happen after it. Besides,
 * a claim's negative length must be visible before its payload, because `unblock`
 * takes the first word that is not zero for a header; and what the consumer
 * zeroes must be visible before the head.
 *
 * - `Atomics.store` and `Atomics.load` are sequentially consistent, which is more
 *   than that. But an atomic store waits until all stores before it have reached
 *   the other processor, message by message, and V8 calls a function for each:
 *   together they take longer than all the rest of a message.
 * - x86-64 shows stores in program order and does not let loads pass loads (TSO;
 *   Intel SDM volume 3, "Memory Ordering"), so plain accesses say the same there,
 *   if the compiler leaves them in the order of the program. ECMAScript guarantees
 *   that only for memory that it knows to be shared. V8 keeps all accesses of
 *   typed arrays in one chain of effects, whatever the memory; and a program in
 *   tests/stress/channel sends 10^8 messages whose content any other order would
 *   show. A plain load that says "nothing there" is repeated as an atomic one,
 *   which no compiler may take from an earlier turn of a loop.
 * - aarch64 reorders both, so plain accesses never publish there. A store with
 *   release order (STLR) still lets later plain stores pass it; a sequentially
 *   consistent load (LDAR) behind it does not.
 * - Of two plain stores to one word that both matter (a length that is negative,
 *   then positive; a header that is zeroed, then written) the first goes through
 *   an array of its own, `RingMemory.marks`: a compiler that merges stores must
 *   know that they go to one place, and of two arrays it does not.
 *
 * The strict order uses atomic accesses for all words of headers and positions,
 * whatever the processor.
 *
 * @module
 */

import { describe } from "../../memory/checks/integers.ts";
import { checkWord } from "../../memory/checks/checks.ts";
import type { RingBufferOptions } from "../ring/ring_buffer.ts";

/**
 * Which stores publish messages: `"processor"`, the cheapest that the processor
 * shows in order; `"strict"`, atomic ones always.
 */
export type StoreOrder = "processor" | "strict";

const ORDERS = ["processor", "strict"] as const;
const VARIABLE = "SHMEM_ORDER";

/** Whether plain accesses publish, with the order that was asked for. */
export function isPlainEnough(options: RingBufferOptions): boolean {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot use ring buffer: its options must be an object: received ${
        describe(options)
      }`,
    );
  }
  const unknown = Object.keys(options).find((name) => name !== "order");
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot use ring buffer: it knows no option ${
        JSON.stringify(unknown)
      }; the only one is "order"`,
    );
  }
  const { order = defaultOrder() } = options;
  checkWord(order, ORDERS, "order");
  return order === "processor" && Deno.build.arch === "x86_64";
}

/** What {@linkcode defaultOrder} found; asking takes longer than all the rest. */
let found: StoreOrder | undefined;

/** What `SHMEM_ORDER` says, which is read only where `--allow-env` permits it. */
function defaultOrder(): StoreOrder {
  if (found !== undefined) return found;
  const { state } = Deno.permissions.querySync({
    name: "env",
    variable: VARIABLE,
  });
  const strict = state === "granted" && Deno.env.get(VARIABLE) === "strict";
  return found = strict ? "strict" : "processor";
}
