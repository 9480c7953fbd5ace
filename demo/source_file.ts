import { createHash } from "node:crypto";
import { combine, type Part, split, WINDOW_SIZE } from "./parts.ts";

/** How much is read from the file in one call, so that signals get their turn. */
const READ_SIZE = 8 * 1024 * 1024;

/** What keeps a file from being shared, as a sentence for the user. */
export class SourceError extends Error {
  /** Says which file, and why not. */
  constructor(path: string, reason: string, cause?: unknown) {
    super(`Cannot share ${path}: ${reason}`, { cause });
    this.name = "SourceError";
  }
}

/** The file that is shared. */
export class SourceFile {
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /** One part for each process. */
  readonly parts: readonly Part[];

  private constructor(path: string, size: number) {
    this.path = path;
    this.size = size;
    this.parts = split(size);
  }

  /**
   * Looks at a file.
   *
   * @throws {SourceError} Unless it is a regular file with something in it that
   * may be read.
   */
  static async find(path: string): Promise<SourceFile> {
    if (path === "") throw new SourceError('""', "it is no path");
    try {
      // Before it is opened, because opening a pipe waits for a writer.
      const { isDirectory, isFile, size } = await Deno.stat(path);
      if (isDirectory) throw new SourceError(path, "it is a directory");
      if (!isFile) throw new SourceError(path, "it is not a regular file");
      if (size === 0) throw new SourceError(path, "it is empty");
      using _readable = await Deno.open(path);
      return new SourceFile(path, size);
    } catch (error) {
      throw explain(path, error);
    }
  }

  /** Hashes the file itself, in the same parts as the processes do. */
  async hash(): Promise<string> {
    const buffer = new Uint8Array(WINDOW_SIZE);
    const digests = [];
    for (const part of this.parts) {
      const hash = createHash("sha256");
      for await (const window of this.windows(part, buffer)) {
        hash.update(window);
      }
      digests.push(hash.digest("hex"));
    }
    return combine(digests);
  }

  /**
   * Reads a part straight into memory.
   *
   * @returns How many bytes were copied by it.
   */
  async readInto(target: Uint8Array, part: Part): Promise<number> {
    using file = await this.#openAt(part.offset);
    let filled = 0;
    while (filled < part.length) {
      const end = Math.min(filled + READ_SIZE, part.length);
      filled += await this.#read(file, target.subarray(filled, end));
    }
    return filled;
  }

  /** Reads a part window by window, into the same buffer again and again. */
  async *windows(
    part: Part,
    buffer: Uint8Array<ArrayBuffer>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    using file = await this.#openAt(part.offset);
    let left = part.length;
    while (left > 0) {
      const wanted = buffer.subarray(0, Math.min(left, buffer.length));
      const count = await this.#read(file, wanted);
      yield buffer.subarray(0, count);
      left -= count;
    }
  }

  async #openAt(offset: number): Promise<Deno.FsFile> {
    const file = await Deno.open(this.path);
    await file.seek(offset, Deno.SeekMode.Start);
    return file;
  }

  async #read(file: Deno.FsFile, target: Uint8Array): Promise<number> {
    const count = await file.read(target);
    if (count !== null) return count;
    throw new SourceError(this.path, "it became shorter while it was read");
  }
}

function explain(path: string, error: unknown): unknown {
  if (error instanceof Deno.errors.NotFound) {
    return new SourceError(path, "there is no such file", error);
  }
  if (
    error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable
  ) {
    return new SourceError(path, "it may not be read", error);
  }
  return error;
}
