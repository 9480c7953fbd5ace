import { parseOffset } from "../../arguments/count.ts";
import { loadStruct } from "../../arguments/struct.ts";
import { type Command, STATUS } from "../../command.ts";
import { describe, ratesBetween } from "../../inspect/mod.ts";
import { sleep } from "../../sleep.ts";
import { printDescription } from "./info_lines.ts";
import { structLines } from "./struct_lines.ts";

/** How long the two looks are apart by which rates are told. */
const DEFAULT_INTERVAL_MS = 200;

/** Tells all that is known of an object. */
export const info: Command = {
  name: "info",
  summary: "Tell all that is known of an object, and what it means",
  usage: "info NAME [--interval 1s] [--lock OFFSET]… [--struct FILE#NAME]",
  details:
    `Rates come from two looks, --interval apart. What stands in the way is said in
sentences: who is there, who is not, where it is full. The exit status is 1 when
something of that is bad, or when there is no such object. Nothing is changed, and
nothing is mapped: bytes are copied and decoded then.`,
  options: {
    interval: {
      type: "string",
      value: "DURATION",
      help: "how long to look for rates; default 200ms",
    },
    lock: {
      type: "string",
      multiple: true,
      value: "OFFSET",
      help: "tell of the lock that lies there, too, of whichever kind",
    },
    struct: {
      type: "string",
      value: "FILE#NAME",
      help: "show the layout, and the bytes at --offset by it",
    },
    offset: {
      type: "string",
      value: "OFFSET",
      help: "where the struct lies, in bytes; default 0",
    },
  },
  completes: "objects",
  examples: [
    {
      line: "shmem info /frames",
      does: "tells positions, participants, rates and what is wrong",
    },
    {
      line: "shmem info /state --lock 70000",
      does:
        "tells who holds the lock there; those in the first 64 KiB are found",
    },
    {
      line: "shmem info /quotes --struct ./quote.ts#Quote",
      does: "shows the fields by the struct that the file exports",
    },
  ],
  async run(context) {
    const { output, json, signal } = context;
    const name = context.one("NAME");
    const locks = context.texts("lock")
      .map((text) => parseOffset(text, "--lock"));
    const struct = context.text("struct");
    const offset = parseOffset(context.text("offset") ?? "0", "--offset");
    const interval = context.duration("interval") ?? DEFAULT_INTERVAL_MS;
    const layout = struct === undefined ? undefined : await loadStruct(struct);

    const first = describe(name, { locks, scan: null, records: false });
    const moves = ratesBetween(first, { ...first, at: first.at + 1 });
    if (moves !== undefined) await sleep(interval, signal);
    const description = describe(name, { locks });
    const rates = ratesBetween(first, description);
    const fields = layout === undefined
      ? undefined
      : structLines(description, layout, offset);
    if (json) {
      output.json({
        ...description,
        rates: rates ?? null,
        ...(fields === undefined ? {} : { struct: fields.json }),
      });
    } else {
      printDescription(output, description, rates);
      if (fields !== undefined) {
        output.line();
        output.table(fields.columns, fields.rows);
      }
    }
    const isBad = description.findings.some(({ tone }) => tone === "bad");
    return isBad ? STATUS.unhealthy : STATUS.found;
  },
};
