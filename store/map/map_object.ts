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
import {
  CHUNK,
  isSound,
  KEY_MUTEX_COUNT,
  KIND,
  LRU,
  type MapShape,
  mapShape,
  MUTEX,
  POLICY,
  SEED,
} from "./map_layout.ts";
import { NOUN, readMapOptions, type SharedMapOptions } from "./map_options.ts";
import { MapTable } from "./map_table.ts";

/** An object that is a map, mapped. */
export interface MapObject {
  readonly object: StoreObject<"read-write">;
  readonly shape: MapShape;
  /** Whether entries go when there is no room. */
  readonly evicts: boolean;
  /** What hashes of keys start with. */
  readonly seed: number;
  /** What values are, if its user said so. */
  readonly layout: CheckedLayout | undefined;
}

/** Creates the object of a map, or opens it where the options say so. */
export function createMap<Built>(
  place: Place,
  options: SharedMapOptions,
  build: (made: MapObject) => Built,
): Built {
  const { budget, eviction, layout, object: given } = readMapOptions(options);
  const chunks = Math.trunc(budget / CHUNK);
  const buckets = 2 ** Math.ceil(Math.log2(chunks));
  const shape = mapShape(chunks, buckets);
  const object = StoreObject.create(NOUN, place, {
    ...given,
    header: {
      kind: KIND,
      size: shape.size + layoutArea(layout),
      hash: layout?.hash ?? 0n,
      a: chunks,
      b: buckets,
    },
    fill: (bytes) => {
      const words = wordsOf(bytes);
      words[POLICY] = eviction === "lru" ? LRU : 0;
      // No user can choose keys that all fall into one bucket.
      words[SEED] = crypto.getRandomValues(new Int32Array(1))[0] ?? 0;
      for (let i = 0; i <= KEY_MUTEX_COUNT; i++) {
        Mutex.create(bytes, MUTEX + 64 * i);
      }
      new MapTable(bytes, shape).rebuild();
      writeLayoutAt(bytes, shape.size, layout);
    },
  });
  return built(object, layout, build, (found) => {
    const has = found.evicts ? "lru" : "none";
    const same = found.shape.chunks === chunks &&
      (eviction === undefined || has === eviction);
    if (same) return;
    throw new RangeError(
      `Cannot open ${object.what}: it has a budget of ${
        found.shape.chunks * CHUNK
      } bytes and eviction "${has}", and ${budget} and "${
        eviction ?? "none"
      }" were asked for`,
    );
  });
}

/** Opens the object of a map. */
export function openMap<Built>(
  place: Place,
  options: LayoutOptions | undefined,
  build: (made: MapObject) => Built,
): Built {
  const layout = readLayout(options, `open ${NOUN}`);
  const object = StoreObject.open(NOUN, place, "read-write");
  return built(object, layout, build, () => {});
}

/** Builds a handle over it; closes it again unless it is what it should be. */
function built<Built>(
  object: StoreObject<"read-write">,
  layout: CheckedLayout | undefined,
  build: (made: MapObject) => Built,
  check: (found: MapObject) => void,
): Built {
  using undo = new DisposableStack();
  undo.defer(() => {
    if (object.created) object.unlink();
    object.close();
  });
  const { a: chunks, b: buckets, hash } = object.header(KIND);
  const shape = mapShape(chunks, buckets);
  if (
    !isSound(chunks, buckets) || !isLayoutArea(object.size - shape.size, hash)
  ) {
    throw new Deno.errors.InvalidData(
      `Cannot open ${object.what}: corrupt header: ${chunks} chunks and ${buckets} buckets do not make ${object.size} bytes; remove it`,
    );
  }
  requireLayoutAt(object, shape.size, hash, layout);
  const words = wordsOf(object.mapping.bytes);
  const made = {
    object,
    shape,
    evicts: words[POLICY] === LRU,
    seed: words[SEED]!,
    layout,
  };
  check(made);
  const map = build(made);
  undo.move();
  return map;
}

function wordsOf(bytes: Uint8Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  return new Int32Array(bytes.buffer, bytes.byteOffset, MUTEX / 4);
}
