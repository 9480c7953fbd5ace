import type { FileSource } from "./mcap_reader.ts";
import type { Sink } from "./mcap_writer.ts";

/** A file that is read in parts. */
export class FileIn implements FileSource, Disposable {
  readonly #file: Deno.FsFile;
  /** Size in bytes when it was opened. */
  readonly size: number;

  /** Opens it. */
  constructor(path: string) {
    requireFile(path, "read");
    this.#file = Deno.openSync(path, { read: true });
    this.size = this.#file.statSync().size;
  }

  /** Reads exactly that many bytes; fails when the file became shorter. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    for (let done = 0; done < length;) {
      const count = this.#file.readSync(bytes.subarray(done));
      if (count === null) {
        throw new Deno.errors.UnexpectedEof(
          `the file became shorter while it was read: ${offset + done} bytes`,
        );
      }
      done += count;
    }
    return bytes;
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** A new file that is written from its start. */
export class FileOut implements Sink, Disposable {
  readonly #file: Deno.FsFile;

  /**
   * Creates it.
   *
   * @throws {Deno.errors.AlreadyExists} When it exists, unless it may be replaced.
   */
  constructor(path: string, replace: boolean) {
    if (replace) requireFile(path, "write");
    try {
      this.#file = Deno.openSync(path, {
        write: true,
        ...(replace ? { create: true, truncate: true } : { createNew: true }),
      });
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      throw new Deno.errors.AlreadyExists(
        `Cannot write ${path}: it exists; --force replaces it`,
      );
    }
  }

  /** Writes all of them. */
  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      done += this.#file.writeSync(bytes.subarray(done));
    }
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** What is open already: no open of it waits. */
const DESCRIPTORS = /^\/(dev\/(fd\/|std(in|out|err)$)|proc\/)/;

/**
 * Refuses what is no file: to open a FIFO waits for its other end, and no signal ends
 * that.
 */
function requireFile(path: string, operation: string): void {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch {
    // What is not there, or may not be looked at, the open tells better.
    return;
  }
  if (info.isDirectory) {
    throw new TypeError(`Cannot ${operation} ${path}: it is a folder`);
  }
  if (!info.isFifo || DESCRIPTORS.test(path)) return;
  throw new TypeError(
    `Cannot ${operation} ${path}: it is a FIFO, and recordings are files`,
  );
}
