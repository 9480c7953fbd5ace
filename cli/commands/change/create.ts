import { parseMode } from "../../arguments/mode.ts";
import { createChannel } from "./channel_creation.ts";
import { type Command, STATUS, UsageError } from "../../command.ts";
import type { Context } from "../../context.ts";
import { parseAddress } from "../../inspect/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { Latest, SharedMap, WorkQueue } from "../../../store/mod.ts";
import { Semaphore } from "../../../sync/mod.ts";

/** What can be created. */
const KINDS = [
  "object",
  "channel",
  "channel-many",
  "broadcast",
  "latest",
  "map",
  "work-queue",
  "semaphore",
] as const;

/** Creates an object. */
export const create: Command = {
  name: "create",
  summary: "Create an object, zero-filled or of a kind of this library",
  usage: "create NAME [--kind KIND] [--size SIZE] [--mode 600] [--label TEXT]",
  details:
    `It stays when the command has ended, until rm. An object and a file need --size; a
channel's and a broadcast's capacity is the size, a power of two, 1 MiB by default. A
latest needs the --size of its largest value; a map the --size of all its memory; a
work queue the number of --jobs and the --size of the largest.`,
  options: {
    kind: {
      type: "string",
      short: "k",
      values: KINDS,
      help: "what it is to be; default object",
    },
    size: {
      type: "string",
      short: "s",
      value: "SIZE",
      help: "4096, 64k, 1MiB",
    },
    mode: {
      type: "string",
      value: "MODE",
      help: "permission bits in octal digits; default 600",
    },
    label: {
      type: "string",
      value: "TEXT",
      help: "of what has a header: up to 32 bytes that list shows",
    },
    jobs: { type: "string", value: "N", help: "of a work queue; default 1000" },
    value: {
      type: "string",
      value: "N",
      help: "what a semaphore starts with; default 0",
    },
  },
  examples: [
    {
      line: "shmem create /frames --size 8MiB",
      does: "creates shared memory, zero-filled",
    },
    {
      line: "shmem create /ticks --kind channel-many --label 'market data'",
      does: "creates a channel for many senders; a receiver opens it",
    },
    {
      line: "shmem create sem:/ready --kind semaphore --value 1",
      does: "creates a POSIX semaphore with a name",
    },
  ],
  run(context) {
    const name = context.one("NAME");
    const address = parseAddress(name);
    const kind = context.word("kind", KINDS) ??
      (address.space === "semaphore" ? "semaphore" : "object");
    const isSemaphore = kind === "semaphore";
    if (address.space !== (isSemaphore ? "semaphore" : "posix")) {
      throw new UsageError(
        isSemaphore
          ? `a semaphore's name starts with sem: as in sem:${
            name.startsWith("/") ? name : `/${name}`
          }`
          : `${name} is no name of a POSIX object, which is all that create makes besides semaphores`,
      );
    }
    make(kind, address.name, context);
    if (context.json) context.output.json({ name, kind });
    else context.output.note(`created ${name}`, "good");
    return STATUS.found;
  },
};

function make(
  kind: typeof KINDS[number],
  name: string,
  context: Context,
): void {
  const mode = parseMode(context.text("mode") ?? "600", "--mode");
  const label = context.text("label");
  const size = context.size("size");
  const needed = () => {
    if (size !== undefined) return size;
    throw new UsageError(`--size is missing: a ${kind} needs it`);
  };
  if (label !== undefined && (kind === "object" || kind === "semaphore")) {
    throw new UsageError(
      `--label is not for a ${kind}: it has no room for one`,
    );
  }
  const shared = { mode, ...(label === undefined ? {} : { label }) };
  switch (kind) {
    case "object":
      return SharedMemory.create(name, { size: needed(), mode }).close();
    case "channel":
    case "channel-many":
    case "broadcast":
      return createChannel(kind, name, {
        ...shared,
        ...(size === undefined ? {} : { capacity: size }),
      });
    case "latest":
      return Latest.create(name, { byteLength: needed(), ...shared }).close();
    case "map":
      return SharedMap.create(name, { budget: needed(), ...shared }).close();
    case "work-queue": {
      const jobs = context.count("jobs") ?? 1000;
      return WorkQueue.create(name, { jobs, byteLength: needed(), ...shared })
        .close();
    }
    case "semaphore": {
      const text = context.text("value") ?? "0";
      if (!/^\d+$/.test(text)) {
        throw new UsageError(
          `--value must be a whole number from 0 on: received ${
            JSON.stringify(text)
          }`,
        );
      }
      return Semaphore.create(name, { value: Number(text), mode }).close();
    }
  }
}
