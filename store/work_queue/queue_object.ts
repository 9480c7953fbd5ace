import { Mutex } from "../../sync/locks/mutex/mutex.ts";
import {
  type CheckedLayout,
  type LayoutOptions,
  readLayout,
} from "../../memory/checks/value_layout.ts";
import {
  isLayoutArea,
  layoutArea,
  requireLayoutAt,
  writeLayoutAt,
} from "../object/layout_area.ts";
import type { Place } from "../object/place.ts";
import { StoreObject } from "../object/store_object.ts";
import { JobTable } from "./job_table.ts";
import {
  isSound,
  type Jobs,
  jobsFor,
  KIND,
  MOST_ATTEMPTS,
  MUTEX,
} from "./queue_layout.ts";
import {
  NOUN,
  readQueueOptions,
  type WorkQueueOptions,
} from "./queue_options.ts";

/** How often a job is taken unless the options say otherwise. */
const ATTEMPTS = 3;

/** An object that is a queue, mapped. */
export interface QueueObject {
  readonly object: StoreObject<"read-write">;
  readonly jobs: Jobs;
  /** What jobs are, if its user said so. */
  readonly layout: CheckedLayout | undefined;
}

/** Creates the object of a queue, or opens it where the options say so. */
export function createQueue<Queue>(
  place: Place,
  options: WorkQueueOptions,
  build: (made: QueueObject) => Queue,
): Queue {
  const read = readQueueOptions(options);
  const { jobs: count, byteLength, maxAttempts, layout } = read;
  const jobs = jobsFor(count, byteLength);
  const object = StoreObject.create(NOUN, place, {
    ...read.object,
    header: {
      kind: KIND,
      size: jobs.size + layoutArea(layout),
      hash: layout?.hash ?? 0n,
      a: count,
      b: byteLength,
    },
    fill: (bytes) => {
      const words = wordsOf(bytes);
      words[MOST_ATTEMPTS] = maxAttempts ?? ATTEMPTS;
      Mutex.create(bytes, MUTEX);
      new JobTable(bytes, jobs).rebuild();
      writeLayoutAt(bytes, jobs.size, layout);
    },
  });
  return built(object, layout, build, (found) => {
    if (found.count !== count || found.capacity !== byteLength) {
      throw new RangeError(
        `Cannot open ${object.what}: it has room for ${found.count} jobs of ${found.capacity} bytes, and ${count} of ${byteLength} were asked for`,
      );
    }
    const attempts = wordsOf(object.mapping.bytes)[MOST_ATTEMPTS];
    if (maxAttempts === undefined || attempts === maxAttempts) return;
    throw new RangeError(
      `Cannot open ${object.what}: it has maxAttempts ${attempts}, and ${maxAttempts} was asked for`,
    );
  });
}

function wordsOf(bytes: Uint8Array<ArrayBuffer>): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, MUTEX / 4);
}

/** Opens the object of a queue. */
export function openQueue<Queue>(
  place: Place,
  options: LayoutOptions | undefined,
  build: (made: QueueObject) => Queue,
): Queue {
  const layout = readLayout(options, `open ${NOUN}`);
  const object = StoreObject.open(NOUN, place, "read-write");
  return built(object, layout, build, () => {});
}

/** Builds a handle over it; closes it again unless it is what it should be. */
function built<Queue>(
  object: StoreObject<"read-write">,
  layout: CheckedLayout | undefined,
  build: (made: QueueObject) => Queue,
  check: (jobs: Jobs) => void,
): Queue {
  using undo = new DisposableStack();
  undo.defer(() => {
    if (object.created) object.unlink();
    object.close();
  });
  const { a: count, b: capacity, hash } = object.header(KIND);
  const jobs = jobsFor(count, capacity);
  if (
    !isSound(count, capacity) || !isLayoutArea(object.size - jobs.size, hash)
  ) {
    throw new Deno.errors.InvalidData(
      `Cannot open ${object.what}: corrupt header: ${count} jobs of ${capacity} bytes do not make ${object.size} bytes; remove it`,
    );
  }
  requireLayoutAt(object, jobs.size, hash, layout);
  check(jobs);
  const queue = build({ object, jobs, layout });
  undo.move();
  return queue;
}
