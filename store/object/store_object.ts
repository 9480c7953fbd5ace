import { createOrOpen } from "../../memory/checks/create_or_open.ts";
import { checkMode, checkWord } from "../../memory/checks/checks.ts";
import { checkLabel } from "../../memory/checks/label.ts";
import { PATIENCE_MS, retryFor } from "../../memory/checks/retry.ts";
import { requireStack } from "../../memory/checks/stack_room.ts";
import { MappedFile } from "../../memory/file/mapped_file.ts";
import {
  hasByteLocks,
  isByteLocked,
  refuseSuccessor,
  tryLockByte,
  unlockByte,
} from "../../memory/locks/byte_lock.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import type { ObjectAccess } from "../../memory/posix/object_options.ts";
import { SharedMemory } from "../../memory/posix/shared_memory.ts";
import {
  hasHeader,
  type Header,
  isBlank,
  labelOf,
  readHeader,
  writeHeader,
} from "./header.ts";
import { openHandle } from "./open_handle.ts";
import {
  type CheckedPlace,
  checkPlace,
  type Place,
  removeObject,
} from "./place.ts";

/**
 * Bytes that processes lock far behind every object, as in channels: the kernel
 * releases a lock when its process ends.
 */
const LOCKS_START = 2 ** 40;
/** Which byte is locked for what. */
export const LOCKS = {
  /** While the object is being made. */
  creation: LOCKS_START + 32,
  /** By the one that writes. */
  writer: LOCKS_START + 33,
  /** By processes that take jobs, one each from here on. */
  takers: LOCKS_START + 64,
} as const;

/** What `create` takes for every kind of object. */
export interface StoreOptions {
  /** Permission bits, exactly these; of a file, less the umask. Default: 0o600. */
  readonly mode?: number;
  /**
   * What to do when the name is taken: `"open"` opens what is there, so that
   * the process that comes first creates it. Default: `"fail"`, with EEXIST.
   */
  readonly ifExists?: "fail" | "open";
  /**
   * What to do when the name is taken by an object that no process has open,
   * such as one that a crash left; not for a path. Default: `"fail"`, with EEXIST.
   */
  readonly ifStale?: "fail" | "replace";
  /**
   * What people and tools are shown, up to 32 bytes of UTF-8; kept in the object.
   * Default: none.
   */
  readonly label?: string;
}

/** How an object is to be made. */
export interface Creation extends StoreOptions {
  readonly header: Header;
  /** Fills what lies behind the header; the rest is zero. */
  readonly fill?: (bytes: Uint8Array<ArrayBuffer>) => void;
}

/** An object of this layer, mapped, until it is closed. */
export class StoreObject<A extends ObjectAccess = ObjectAccess> {
  /** How messages call it: `latest value "/frames"`. */
  readonly what: string;
  /** Its name with a slash, or its path. */
  readonly name: string;
  /** All of its memory. */
  readonly mapping: Mapping<A>;
  readonly #place: CheckedPlace;
  readonly #handle: SharedMemory<A> | MappedFile<A>;

  private constructor(
    what: string,
    place: CheckedPlace,
    handle: SharedMemory<A> | MappedFile<A>,
  ) {
    this.#place = place;
    this.#handle = handle;
    this.name = place.name;
    this.what = what;
    this.mapping = handle.map();
  }

  /** Creates an object, or opens it where the options say so. */
  static create(
    noun: string,
    place: Place,
    creation: Creation,
  ): StoreObject<"read-write"> {
    prepare(noun);
    const checked = checkPlace(place);
    const { ifExists = "fail", ifStale = "fail", mode = 0o600, label = "" } =
      creation;
    checkMode(mode);
    checkLabel(label);
    checkWord(ifExists, ["fail", "open"], "ifExists");
    checkWord(ifStale, ["fail", "replace"], "ifStale");
    const what = `${noun} ${JSON.stringify(checked.name)}`;
    const { kind, name } = checked;
    if (ifStale === "replace" && kind === "path") {
      throw new TypeError(
        `Cannot create ${what}: ifStale "replace" is for names; a file that a crash left is taken up again with ifExists "open"`,
      );
    }
    const { size } = creation.header;
    const make = () =>
      kind === "name"
        ? SharedMemory.create(name, { size, mode, ifStale })
        : MappedFile.open(name, { size, mode, create: "exclusive" });
    const handle = ifExists === "open"
      ? createOrOpen(make, () => openHandle(what, checked, "read-write"))
      : make();
    using undo = new DisposableStack();
    undo.defer(() => {
      if (handle.created) removeObject(checked, what);
      handle.close();
    });
    const object = new StoreObject(what, checked, handle);
    undo.defer(() => object.mapping.unmap());
    object.#complete(creation, label);
    undo.move();
    return object;
  }

  /** Opens an object that is complete. */
  static open<A extends ObjectAccess>(
    noun: string,
    place: Place,
    access: A,
  ): StoreObject<A> {
    prepare(noun);
    const checked = checkPlace(place, access);
    const what = `${noun} ${JSON.stringify(checked.name)}`;
    const handle = openHandle(what, checked, access);
    using undo = new DisposableStack();
    undo.defer(() => handle.close());
    const object = new StoreObject(what, checked, handle);
    undo.defer(() => object.mapping.unmap());
    object.#requireComplete();
    undo.move();
    return object;
  }

  /** Size of the object in bytes. */
  get size(): number {
    return this.mapping.byteLength;
  }

  /** The label that its creator gave it; empty when there is none. */
  get label(): string {
    this.requireOpen("read the label of");
    return labelOf(this.#source());
  }

  /** Whether this handle created it. */
  get created(): boolean {
    return this.#handle.created;
  }

  /** What its header says. */
  header(kind: string): Header {
    return readHeader(this.#source(), this.what, kind, this.size);
  }

  /** Tries to take a lock of {@linkcode LOCKS}. */
  tryLock(lock: number): boolean {
    return tryLockByte(this.#handle, lock, `lock ${this.what}`);
  }

  /** Releases a lock. */
  unlock(lock: number): void {
    unlockByte(this.#handle, lock, `unlock ${this.what}`);
  }

  /** Whether another handle has a lock. */
  isLocked(lock: number): boolean {
    return isByteLocked(this.#handle, lock, `look at ${this.what}`);
  }

  /** Throws when it is closed. */
  requireOpen(operation: string): void {
    const { bytes, closed } = this.mapping;
    if (bytes.byteLength > 0) return;
    if (!closed) {
      throw new TypeError(
        `Cannot ${operation} ${this.what}: its memory was transferred to another owner, such as a worker; pass copies of values instead`,
      );
    }
    throw new Deno.errors.BadResource(
      `Cannot ${operation} ${this.what}: it is closed`,
    );
  }

  /** Removes the name, or the file. */
  unlink(): void {
    // One that is closed cannot ask.
    if (!this.mapping.closed) {
      refuseSuccessor(this.#handle, this.#place, this.what);
    }
    removeObject(this.#place, this.what);
  }

  /**
   * Unmaps and closes it, which releases all its locks.
   *
   * @throws {Deno.errors.Busy} While a mutex in it is held here; then it stays open.
   */
  close(): void {
    try {
      this.mapping.unmap();
    } catch (error) {
      if (error instanceof Deno.errors.Busy) {
        throw new Deno.errors.Busy(
          `Cannot close ${this.what}: this thread is changing it; close it when the call that does, such as update(), has returned`,
          { cause: error },
        );
      }
      this.#handle.close();
      throw error;
    }
    this.#handle.close();
  }

  #source(): DataView | Extract<Mapping["bytes"], { getUint8: unknown }> {
    const { bytes } = this.mapping;
    if (!(bytes instanceof Uint8Array)) return bytes;
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Makes it whole, unless it is; the process that has the lock does, the others wait. */
  #complete({ header, fill }: Creation, label: string): void {
    const { bytes } = this.mapping;
    if (!(bytes instanceof Uint8Array)) return;
    const done = retryFor(PATIENCE_MS, () => {
      if (!isBlank(this.#source())) return true;
      if (!this.tryLock(LOCKS.creation)) return undefined;
      try {
        if (!isBlank(this.#source())) return true;
        if (bytes.byteLength !== header.size) {
          throw new RangeError(
            `Cannot complete ${this.what}: it has ${bytes.byteLength} bytes, and ${header.size} are needed; the process that created it died: remove it`,
          );
        }
        fill?.(bytes);
        writeHeader(bytes, header, label);
        return true;
      } finally {
        this.unlock(LOCKS.creation);
      }
    });
    if (done === undefined) this.#throwIncomplete();
  }

  #requireComplete(): void {
    const done = retryFor(
      PATIENCE_MS,
      () => hasHeader(this.#source()) || !isBlank(this.#source()) || undefined,
    );
    if (done === undefined) this.#throwIncomplete();
  }

  #throwIncomplete(): never {
    throw new Deno.errors.InvalidData(
      `Cannot open ${this.what}: no process completed it within ${PATIENCE_MS} ms, so the process that created it died; remove it, or create it with ifExists "open"`,
    );
  }
}

/** Refuses what would stop in the middle: for want of stack, or of locks. */
function prepare(noun: string): void {
  requireStack("create parts");
  if (hasByteLocks()) return;
  throw new Deno.errors.NotSupported(
    `Cannot use a ${noun} on this system: it has no locks on shared memory`,
  );
}
