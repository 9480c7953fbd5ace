import type { FileSource } from "./mcap_reader.ts";
import type { Sink } from "./mcap_writer.ts";

/** A file that is read in parts. */
export class FileIn implements FileSource, Disposable {
  readonly #file: Deno.FsFile;
  /** Size in bytes when it was opened. */
  readonly size: number;

  /** Opens it. */
  constructor(path: string) {
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
    this.#file = Deno.openSync(path, {
      write: true,
      ...(replace ? { create: true, truncate: true } : { createNew: true }),
    });
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
