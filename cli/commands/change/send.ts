import { loadStruct } from "../../arguments/struct.ts";
import { type Command, STATUS, UsageError } from "../../command.ts";
import type { Context } from "../../context.ts";
import { writeStruct } from "../../message/struct_values.ts";
import { defaultIdentity, findTarget } from "../../target/find_target.ts";
import { KINDS } from "../../watching/identify.ts";
import { placeOf, placeText } from "../../watching/place.ts";

const encoder = new TextEncoder();
const CREATES = KINDS.filter((kind) => kind !== "ring");

/** Sends messages, values, entries and jobs. */
export const send: Command = {
  name: "send",
  summary: "Send texts, bytes, files, values of a struct, or lines",
  usage: "send NAME [TEXT…] [--hex DIGITS] [--file FILE] [--struct FILE#NAME]",
  details:
    `Each TEXT is a message of its own: as it is, or by --struct a JSON object of the
fields. Without any, each line of standard input is one, until its end.

To a channel it sends as one of its senders, to a broadcast as its publisher;
of a newest value it writes, to a queue of work it puts jobs, and a map needs
--key. It waits for what is not there, and while there is no room.`,
  options: {
    hex: {
      type: "string",
      multiple: true,
      value: "DIGITS",
      help: "send these bytes: '68 65 6c' or 68656c",
    },
    file: {
      type: "string",
      multiple: true,
      value: "FILE",
      help: "send the content of this file; - is standard input as a whole",
    },
    struct: {
      type: "string",
      value: "FILE#NAME",
      help: "take texts and lines for JSON of this struct",
    },
    type: {
      type: "string",
      short: "t",
      value: "N",
      help: "type of the messages; default: 1",
    },
    key: { type: "string", value: "KEY", help: "key of a map" },
    ttl: {
      type: "string",
      value: "DURATION",
      help: "how long the entry of a map lives",
    },
    create: {
      type: "string",
      value: "KIND",
      values: CREATES,
      help: `create it, when it is not there, as ${CREATES.join(", ")}`,
    },
    "no-wait": {
      type: "boolean",
      help: "fail when it is not there, instead of waiting for it",
    },
    timeout: {
      type: "string",
      value: "DURATION",
      help: "give up after this time",
    },
  },
  completes: "objects",
  examples: [
    { line: "shmem send /frames hello", does: "sends five bytes" },
    {
      line: "seq 1000 | shmem send /numbers",
      does: "sends each line as a message",
    },
    {
      line: `shmem send /trades --struct trades.ts#Trade '{"price": 10.5}'`,
      does: "sends a struct whose other fields are zero",
    },
    {
      line: "shmem send /config --file config.json --create latest",
      does: "writes the newest value, and creates it first if need be",
    },
  ],
  async run(context) {
    const [name, ...texts] = context.positionals;
    if (name === undefined) throw new UsageError("NAME is missing");
    const place = placeOf(name);
    const messages = messagesOf(context, texts);
    const options = { ...sendingOf(context) };
    const kind = context.word("create", CREATES);
    const timeoutMs = context.duration("timeout");
    const signal = timeoutMs === undefined
      ? context.signal
      : AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]);
    const target = await findTarget(place, {
      wait: !context.flag("no-wait"),
      create: kind && defaultIdentity(kind),
      signal: context.signal,
      timeoutMs,
    });
    let count = 0;
    let length = 0;
    try {
      for await (const bytes of messages) {
        await target.send({ ...options, bytes }, signal);
        count++;
        length += bytes.length;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      if (!context.signal.aborted) {
        throw new Deno.errors.TimedOut(
          `Cannot send to ${
            placeText(place)
          }: after ${timeoutMs} ms ${count} messages were sent, and there is no room for more, or no input`,
        );
      }
    } finally {
      target[Symbol.dispose]();
    }
    if (context.json) {
      context.output.json({
        name: placeText(place),
        sent: count,
        bytes: length,
      });
    }
    return count > 0 ? STATUS.found : STATUS.unhealthy;
  },
};

/** What goes with all messages. */
function sendingOf(context: Context) {
  const typeId = context.count("type");
  if (typeId !== undefined && typeId >= 2 ** 31) {
    throw new UsageError(`--type must be below 2^31: received ${typeId}`);
  }
  const key = context.text("key");
  const ttlMs = context.duration("ttl");
  return {
    ...(typeId === undefined ? {} : { typeId }),
    ...(key === undefined ? {} : { key }),
    ...(ttlMs === undefined ? {} : { ttlMs }),
  };
}

/** The messages of a command line, checked before anything is sent. */
function messagesOf(
  context: Context,
  texts: readonly string[],
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  const from = context.text("struct");
  const hex = context.texts("hex").map(bytesOfHex);
  const files = context.texts("file");
  const isEmpty = texts.length + hex.length + files.length === 0;
  if (from === undefined && !isEmpty) {
    return concat(texts.map((text) => encoder.encode(text)), hex, files);
  }
  return convert(
    isEmpty ? linesOf(Deno.stdin.readable) : texts,
    from,
    hex,
    files,
  );
}

async function* convert(
  texts: Iterable<string> | AsyncIterable<string>,
  from: string | undefined,
  hex: readonly Uint8Array[],
  files: readonly string[],
): AsyncGenerator<Uint8Array, void> {
  const struct = from === undefined ? undefined : await loadStruct(from);
  for await (const text of texts) {
    if (struct === undefined) yield encoder.encode(text);
    else yield writeStruct(struct, parseJson(text));
  }
  yield* concat([], hex, files);
}

async function* concat(
  texts: readonly Uint8Array[],
  hex: readonly Uint8Array[],
  files: readonly string[],
): AsyncGenerator<Uint8Array, void> {
  yield* texts;
  yield* hex;
  for (const file of files) {
    yield file === "-"
      ? await new Response(Deno.stdin.readable).bytes()
      : await Deno.readFile(file);
  }
}

async function* linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string, void> {
  let rest = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function parseJson(text: string): unknown {
  try {
    // A field of 64 bits may have more digits than a number holds.
    return JSON.parse(text, (_, value, context?: { source?: string }) => {
      const source = context?.source;
      return typeof value === "number" && source !== undefined &&
          /^-?\d+$/.test(source) && !Number.isSafeInteger(value)
        ? BigInt(source)
        : value;
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : error;
    throw new UsageError(`${JSON.stringify(text)} is no JSON: ${message}`);
  }
}

function bytesOfHex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s|0x/g, "");
  if (/^([\da-f]{2})*$/i.test(digits)) return Uint8Array.fromHex(digits);
  throw new UsageError(
    `--hex must be pairs of hexadecimal digits, such as '68 65' or 6865: received ${
      JSON.stringify(text)
    }`,
  );
}
