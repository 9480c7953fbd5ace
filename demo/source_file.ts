import { type Job, WINDOW_LENGTH } from "./jobs.ts";

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

/** Which bytes of a round a process works on. */
export function partOf(
  { share, processes }: Job,
  byteLength: number,
  index: number,
): { readonly offset: number; readonly length: number } {
  if (share === "all") return { offset: 0, length: byteLength };
  const offset = Math.floor(byteLength * index / processes);
  const end = Math.floor(byteLength * (index + 1) / processes);
  return { offset, length: end - offset };
}

/** The file whose bytes are used. */
export class SourceFile {
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;

  private constructor(path: string, size: number) {
    this.path = path;
    this.size = size;
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

  /** Reads everything once, and keeps none of it. */
  async readAll(): Promise<void> {
    const buffer = new Uint8Array(WINDOW_LENGTH);
    for await (const _ of this.windows(0, 0, this.size, buffer));
  }

  /**
   * Reads the bytes of a round straight into memory: from where the round
   * starts in the file on, and again from the start of the file behind its end.
   *
   * @returns How many bytes were copied by it.
   */
  async readInto(target: Uint8Array, round: number): Promise<number> {
    using file = await Deno.open(this.path);
    let position = this.#startOf(round, target.length);
    let filled = 0;
    while (filled < target.length) {
      const length = Math.min(
        READ_SIZE,
        target.length - filled,
        this.size - position,
      );
      await file.seek(position, Deno.SeekMode.Start);
      const piece = target.subarray(filled, filled + length);
      const count = await this.#read(file, piece);
      filled += count;
      position = (position + count) % this.size;
    }
    return filled;
  }

  /** Reads a part of a round window by window, into the same buffer again. */
  async *windows(
    round: number,
    offset: number,
    length: number,
    buffer: Uint8Array<ArrayBuffer>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    using file = await Deno.open(this.path);
    let position = (this.#startOf(round, length) + offset) % this.size;
    let left = length;
    while (left > 0) {
      await file.seek(position, Deno.SeekMode.Start);
      const most = Math.min(left, buffer.length, this.size - position);
      const count = await this.#read(file, buffer.subarray(0, most));
      yield buffer.subarray(0, count);
      left -= count;
      position = (position + count) % this.size;
    }
  }

  /** A round that is shorter than the file goes on where the last one ended. */
  #startOf(round: number, byteLength: number): number {
    return round * byteLength % this.size;
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
