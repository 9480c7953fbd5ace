import { parseOffset } from "../../arguments/count.ts";
import { loadStruct } from "../../arguments/struct.ts";
import { type Command, STATUS } from "../../command.ts";
import { openBytes } from "../../inspect/mod.ts";
import { hexLines } from "../../terminal/hex.ts";
import { structTable } from "./struct_lines.ts";

/** How much is shown when it is not said. */
const DEFAULT_LENGTH = 256;
/** How much is copied at once. */
const PART = 65_536;

/** Shows bytes. */
export const dump: Command = {
  name: "dump",
  summary: "Show the bytes of an object, in hexadecimal or by a struct",
  usage:
    "dump NAME [--offset 64] [--length 1k] [--struct FILE#NAME [--count N]]",
  details:
    `The bytes are a copy of one moment; other processes may write while it is made. A
struct is what a TypeScript file exports: struct({ … }) of @shmem/shmem/struct.`,
  options: {
    offset: {
      type: "string",
      value: "OFFSET",
      help: "where to start, in bytes; default 0",
    },
    length: {
      type: "string",
      value: "SIZE",
      help: "how much; default 256",
    },
    all: { type: "boolean", help: "up to the end" },
    raw: {
      type: "boolean",
      help: "the bytes themselves, for a file or a pipe",
    },
    struct: {
      type: "string",
      value: "FILE#NAME",
      help: "show fields instead of digits",
    },
    count: {
      type: "string",
      value: "N",
      help: "how many structs, one behind the other; default 1",
    },
  },
  completes: "objects",
  examples: [
    {
      line: "shmem dump /frames --length 64",
      does: "prints the first 64 bytes, in hexadecimal and as text",
    },
    {
      line: "shmem dump /quotes --struct ./quote.ts#Quote --count 10 --json",
      does: "prints ten structs, a line of JSON each",
    },
    {
      line: "shmem dump /frames --all --raw > frames.bin",
      does: "copies an object into a file",
    },
  ],
  async run(context) {
    const { output, json } = context;
    const name = context.one("NAME");
    const offset = parseOffset(context.text("offset") ?? "0", "--offset");
    const struct = context.text("struct");
    const layout = struct === undefined ? undefined : await loadStruct(struct);
    using source = openBytes(name);
    if (layout !== undefined) {
      const count = context.count("count") ?? 1;
      for (let i = 0; i < count; i++) {
        const start = offset + i * layout.size;
        const bytes = source.read(start, layout.size);
        const table = structTable(bytes, layout, start);
        if (json) output.json({ name, ...table.json });
        else output.table(table.columns, table.rows);
      }
      return STATUS.found;
    }
    const { size } = source;
    if (offset > 0 && offset >= size) {
      throw new RangeError(
        `Cannot show ${name} from ${offset} on: it has ${size} bytes`,
      );
    }
    const length = context.flag("all")
      ? size - offset
      : Math.min(context.size("length") ?? DEFAULT_LENGTH, size - offset);
    for (let done = 0; done < length;) {
      const start = offset + done;
      const bytes = source.read(start, Math.min(PART, length - done));
      // It was cut short meanwhile.
      if (bytes.byteLength === 0) break;
      if (context.flag("raw")) output.bytes(bytes);
      else if (json) {
        output.json({ name, at: start, bytes: bytes.toHex() });
      } else for (const line of hexLines(bytes, start)) output.line(line);
      done += bytes.byteLength;
    }
    return STATUS.found;
  },
};
