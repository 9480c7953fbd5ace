import {
  Aeron,
  AeronArchive,
  type Bridge,
  bridge as bridgeEnds,
  type BridgeOptions,
  type BridgeSource,
  ChannelUri,
  CHECKPOINT_LENGTH,
  RecordedStream,
} from "../../aeron/mod.ts";
import { Latest } from "../../store/mod.ts";
import {
  BRIDGED_KINDS,
  type Creation,
  openInlet,
  openOutlet,
} from "../bridge/our_end.ts";
import { type Command, STATUS, UsageError } from "../command.ts";
import type { Context } from "../context.ts";
import { placeOf } from "../watching/place.ts";

const STREAM = 1001;

/** Carries a channel to a stream of Aeron, or back. */
export const bridge: Command = {
  name: "bridge",
  summary: "Carry a channel to another host through Aeron, or back",
  usage: "bridge FROM TO [--stream N] [--directory DIR]",
  details:
    `One of FROM and TO is the NAME of a channel, a broadcast or a newest value, the
other one a channel of Aeron: aeron:ipc, or aeron:udp?endpoint=HOST:PORT. A media
driver must run: deno task aeron:driver. Its default folder is in /dev/shm, for
which Deno wants --allow-all. NAME is waited for, unless --create says what it is.

With --archive nothing is lost when bridges and drivers are killed: on the way out
a message is done when the archive has written it; on the way in recordings are
read, from the place on that --checkpoint keeps.`,
  options: {
    stream: {
      type: "string",
      short: "s",
      value: "N",
      help: `stream in the channel of Aeron; default ${STREAM}`,
    },
    directory: {
      type: "string",
      short: "d",
      value: "DIR",
      help:
        "folder of the media driver; default AERON_DIR, or /dev/shm/aeron-USER",
    },
    create: {
      type: "string",
      value: "KIND",
      values: BRIDGED_KINDS,
      help: `create NAME, when it is not there, as ${BRIDGED_KINDS.join(", ")}`,
    },
    size: {
      type: "string",
      value: "SIZE",
      help: "capacity of what is created, or its largest value",
    },
    archive: { type: "boolean", help: "through what Aeron's archive records" },
    checkpoint: {
      type: "string",
      value: "FILE",
      help: "keeps the place in the recordings; created when it is not there",
    },
    "until-end": {
      type: "boolean",
      help: "from Aeron: end when its publishers have ended",
    },
  },
  completes: "objects",
  examples: [
    {
      line: "shmem bridge /prices 'aeron:udp?endpoint=192.168.1.7:40123'",
      does: "carries a channel to another host",
    },
    {
      line:
        "shmem bridge 'aeron:udp?endpoint=192.168.1.7:40123' /prices --create channel",
      does: "carries it on into a channel there",
    },
  ],
  async run(context) {
    const [from = "", to = "", ...others] = context.positionals;
    if (others.length > 0 || isAeron(from) === isAeron(to)) {
      throw new UsageError(
        "it takes FROM and TO, of which one is a channel of Aeron, such as aeron:ipc",
      );
    }
    const channel = channelOf(isAeron(from) ? from : to);
    const place = placeOf(isAeron(from) ? to : from);
    using undo = new DisposableStack();
    const directory = context.text("directory");
    const aeron = undo.use(
      await Aeron.connect({
        signal: context.signal,
        ...directory === undefined ? {} : { directory },
      }),
    );
    const parts = { context, undo, aeron, channel, place };
    const running = isAeron(from) ? await inward(parts) : await outward(parts);
    const { messages, bytes, lost } = await running.done;
    if (context.json) context.output.json({ from, to, messages, bytes, lost });
    else context.output.line(`carried ${messages} messages, ${bytes} bytes`);
    return STATUS.found;
  },
};

/** What both ways need. */
interface Parts {
  readonly context: Context;
  readonly undo: DisposableStack;
  readonly aeron: Aeron;
  readonly channel: ChannelUri;
  readonly place: ReturnType<typeof placeOf>;
}

async function outward(parts: Parts): Promise<Bridge> {
  const { context, undo, aeron, channel, place } = parts;
  if (context.text("checkpoint") !== undefined || context.flag("until-end")) {
    throw new UsageError(
      "--checkpoint and --until-end are for what comes from Aeron",
    );
  }
  const { signal } = context;
  const streamId = streamOf(context);
  const archive = await archiveOf(parts);
  if (archive !== undefined) await startRecording(archive, channel, streamId);
  const publication = undo.use(await aeron.addPublication(channel, streamId));
  const inlet = undo.use(await openInlet(place, creationOf(context), signal));
  return bridgeEnds(inlet, publication, {
    signal,
    ...archive === undefined ? {} : { recordedBy: archive },
  });
}

async function inward(parts: Parts): Promise<Bridge> {
  const { context, undo, aeron, channel, place } = parts;
  const { signal } = context;
  const streamId = streamOf(context);
  const archive = await archiveOf(parts);
  const file = context.text("checkpoint");
  if (file !== undefined && archive === undefined) {
    throw new UsageError("--checkpoint needs --archive");
  }
  const options: BridgeOptions = {
    signal,
    until: context.flag("until-end") ? "last-image" : "closed",
    ...file === undefined ? {} : {
      checkpoint: undo.use(Latest.create({ path: file }, {
        byteLength: CHECKPOINT_LENGTH,
        ifExists: "open",
      })),
    },
  };
  const source: BridgeSource = archive === undefined
    ? undo.use(await aeron.addSubscription(channel, streamId))
    : new RecordedStream(archive, {
      channel: channel.get("endpoint") ?? `aeron:${channel.media}`,
      streamId,
      follow: !context.flag("until-end"),
    });
  const outlet = undo.use(await openOutlet(place, creationOf(context), signal));
  return bridgeEnds(source, outlet, options);
}

async function archiveOf(
  { context, undo, aeron }: Parts,
): Promise<AeronArchive | undefined> {
  if (!context.flag("archive")) return undefined;
  const { signal } = context;
  return undo.use(await AeronArchive.connect(aeron, { signal }));
}

/** Has the archive record a stream, if it does not already. */
async function startRecording(
  archive: AeronArchive,
  channel: ChannelUri,
  streamId: number,
): Promise<void> {
  try {
    await archive.startRecording(channel, streamId);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code !== "active-subscription") throw error;
  }
}

function streamOf(context: Context): number {
  const text = context.text("stream") ?? `${STREAM}`;
  const stream = Number(text);
  if (/^-?\d{1,10}$/.test(text) && stream === (stream | 0)) return stream;
  throw new UsageError(
    `--stream must be an integer of 32 bits: received ${text}`,
  );
}

function creationOf(context: Context): Creation | undefined {
  const kind = context.word("create", BRIDGED_KINDS);
  const size = context.size("size");
  if (kind !== undefined) return { kind, size };
  if (size === undefined) return undefined;
  throw new UsageError("--size needs --create");
}

function channelOf(text: string): ChannelUri {
  try {
    return ChannelUri.parse(text);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) {
      throw error;
    }
    throw new UsageError(error.message, { cause: error });
  }
}

function isAeron(text: string): boolean {
  return /^aeron(-spy)?:/.test(text);
}
