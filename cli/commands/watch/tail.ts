import { loadStruct } from "../../arguments/struct.ts";
import { type Command, STATUS } from "../../command.ts";
import { parseFilter } from "../../filter/expression.ts";
import { KNOWN_NAMES, lookupOf } from "../../message/lookup.ts";
import { FORMATS, Payload } from "../../message/payload.ts";
import { show } from "../../message/show.ts";
import {
  followAll,
  FROM_OPTION,
  shareOf,
  tellTroubles,
  WATCH_OPTIONS,
} from "../../watching/options.ts";
import { watchLoop } from "../../watching/watch_loop.ts";

/** Percent of a processor, unless told otherwise. */
const CPU = 3;

/** Prints what goes through a channel, without taking anything out of it. */
export const tail: Command = {
  name: "tail",
  summary: "Print messages, values, changes and jobs, without consuming them",
  usage: "tail NAME… [--filter EXPRESSION] [--format FORMAT]",
  details:
    `It maps the memory for reading, takes no lock and wakes nobody. What comes and
goes faster than it looks is not printed, but counted; a ring with one sender
keeps what was received until it is overwritten, one with many does not.

A filter compares names with numbers and texts: == != < <= > >=, ~ (contains),
&& || ! and brackets. Names are ${KNOWN_NAMES.slice(0, 7).join(", ")},
${KNOWN_NAMES.slice(7).join(", ")}; any other is a field of the struct or of
the message as JSON, and value.length is a field that is called as one of these.

It ends with status 0 if it has printed something, else with 1.`,
  options: {
    filter: {
      type: "string",
      value: "EXPRESSION",
      help: "print only what passes: 'type == 7 && price > 10'",
    },
    format: {
      type: "string",
      short: "f",
      value: "FORMAT",
      values: FORMATS,
      help:
        "text, hex, json or raw (the bytes alone); default: text where it is",
    },
    struct: {
      type: "string",
      value: "FILE#NAME",
      help: "read messages by this struct, which the module exports",
    },
    count: {
      type: "string",
      short: "n",
      value: "N",
      help: "end after so many were printed",
    },
    ...FROM_OPTION,
    ...WATCH_OPTIONS,
  },
  completes: "objects",
  examples: [
    {
      line: "shmem tail /frames --count 3",
      does: "prints the next three messages",
    },
    {
      line: "shmem tail /frames --from oldest --no-wait",
      does: "prints what waits to be received now, and what comes",
    },
    {
      line:
        "shmem tail /trades --struct trades.ts#Trade --filter 'price > 100'",
      does: "prints trades, read by the struct that trades.ts exports",
    },
  ],
  async run(context) {
    const { output, json, signal } = context;
    const format = context.word("format", FORMATS);
    const expression = context.text("filter");
    const filter = expression === undefined
      ? undefined
      : parseFilter(expression);
    const wanted = context.count("count") ?? Infinity;
    const timeoutMs = context.duration("timeout");
    const share = shareOf(context, CPU);
    const from = context.text("struct");
    const struct = from === undefined ? undefined : await loadStruct(from);
    using followed = followAll(context);
    const options = {
      output,
      format: format ?? (struct === undefined ? undefined : "json"),
      json,
      several: followed.length > 1,
    } as const;
    let printed = 0;
    await watchLoop(followed, (from, seen) => {
      const payload = new Payload(seen.bytes, struct);
      if (filter?.(lookupOf(from, seen, payload)) === false) return true;
      show({ from, seen, payload, time: new Date() }, options);
      return ++printed < wanted;
    }, { signal, timeoutMs, share });
    tellTroubles(followed, output);
    return printed > 0 ? STATUS.found : STATUS.unhealthy;
  },
};
