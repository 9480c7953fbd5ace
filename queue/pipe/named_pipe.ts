import { checkFifo, makeFifo, unlinkFifo } from "../../ffi/files/fifo.ts";
import { checkMode, checkWord } from "../../memory/checks/checks.ts";
import { createOrOpen } from "../../memory/checks/create_or_open.ts";
import { permitPath } from "../../memory/checks/sandbox.ts";
import { checkTimeout } from "../../sync/waiting/wait.ts";
import { checkOptionNames, checkSignal } from "../checks/options.ts";
import { readableEnd, writableEnd } from "./pipe_streams.ts";

/** Options of {@linkcode NamedPipe.create}. */
export interface NamedPipeCreateOptions {
  /** Permission bits, exactly these: the umask is not applied. Default: 0o600. */
  readonly mode?: number;
  /** What to do when there is a named pipe. Default: `"fail"`, with EEXIST. */
  readonly ifExists?: "fail" | "open";
}

/** Options of {@linkcode NamedPipe.openWritable}. */
export interface NamedPipeWriteOptions {
  /** How long to wait for a reader, in milliseconds. Default: indefinitely. */
  readonly timeoutMs?: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * A named pipe (`fifo(7)`): a path through which programs that know nothing of each
 * other stream bytes, as `cat` and `tee` do. What was written is read once, in order;
 * nothing is kept when both ends are closed.
 *
 * Neither end blocks: opening one waits in the event loop for the other side.
 *
 * @example Through a pipe and back
 * ```ts
 * import { NamedPipe } from "@shmem/shmem/queue";
 *
 * const path = `${await Deno.makeTempDir()}/pipe`;
 * const pipe = NamedPipe.create(path);
 * const text = new Response(pipe.openReadable()).text();
 * const writable = await pipe.openWritable(); // another process: echo > path
 * await new Blob(["hello"]).stream().pipeTo(writable);
 * console.log(await text); // hello
 * pipe.unlink();
 * ```
 */
export class NamedPipe {
  /** Its path, without `.` and `..`. */
  readonly path: string;
  readonly #path: string;

  private constructor(path: string) {
    this.path = path;
    this.#path = path;
  }

  /**
   * Creates a named pipe (`mkfifo(3)`). Needs Deno's permissions to read and to write
   * the path.
   *
   * @param path A path or file URL.
   * @param options Mode and the rest.
   * @returns The pipe, with neither end open.
   * @throws {Deno.errors.AlreadyExists} When there is something already (EEXIST).
   * @throws {Deno.errors.NotFound} When there is no such folder (ENOENT).
   * @throws {TypeError} When `ifExists: "open"` finds something else than a pipe.
   * @throws {Deno.errors.NotCapable} Without `--allow-read` and `--allow-write`.
   */
  static create(
    path: string | URL,
    options: NamedPipeCreateOptions = {},
  ): NamedPipe {
    const plain = permitPath(path, "read-write");
    const operation = `create ${label(plain)}`;
    checkOptionNames(options, ["mode", "ifExists"], operation);
    const { mode = 0o600, ifExists = "fail" } = options;
    checkMode(mode);
    checkWord(ifExists, ["fail", "open"], "ifExists");
    const create = () => {
      makeFifo(plain, mode, operation);
      return new NamedPipe(plain);
    };
    if (ifExists === "fail") return create();
    return createOrOpen(create, () => NamedPipe.open(plain));
  }

  /**
   * Finds a named pipe that exists, without opening either end. Needs Deno's
   * permission to read the path.
   *
   * @param path A path or file URL.
   * @returns The pipe.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {TypeError} When it is something else.
   * @throws {Deno.errors.NotCapable} Without `--allow-read`.
   */
  static open(path: string | URL): NamedPipe {
    const plain = permitPath(path, "read");
    checkFifo(plain, `open ${label(plain)}`);
    return new NamedPipe(plain);
  }

  /**
   * Opens the end to read from, at once. The stream delivers its first bytes when a
   * writer is there, and ends when the last writer has closed its end.
   *
   * @returns The stream. Cancelling it closes the end: writers get EPIPE.
   * @throws {Deno.errors.NotFound} When the path is gone (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   */
  openReadable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const path = permitPath(this.#path, "read");
    return readableEnd(path, label(path));
  }

  /**
   * Opens the end to write to, when a reader is there: it looks again in pauses that
   * grow to 16 ms, on no thread.
   *
   * A write is done when the system has taken all of it; the stream fails with
   * `Deno.errors.BrokenPipe` (EPIPE) when the last reader has closed its end.
   *
   * @param options Timeout and signal.
   * @returns The stream. Rejects with `Deno.errors.TimedOut` when no reader comes in
   * time, or with the signal's reason.
   * @throws {Deno.errors.NotFound} When the path is gone (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   */
  async openWritable(
    options: NamedPipeWriteOptions = {},
  ): Promise<WritableStream<Uint8Array>> {
    const path = permitPath(this.#path, "read-write");
    const operation = `open ${label(path)} to write`;
    checkOptionNames(options, ["timeoutMs", "signal"], operation);
    const { timeoutMs = Infinity, signal } = options;
    checkTimeout(timeoutMs, operation);
    return await writableEnd(path, label(path), {
      timeoutMs,
      signal: checkSignal(signal, operation),
    });
  }

  /**
   * Removes the pipe's name (`unlink(2)`); ends that are open stay so.
   *
   * @throws {Deno.errors.NotFound} When it is gone already (ENOENT).
   * @throws {TypeError} When something else has taken its place.
   */
  unlink(): void {
    const path = permitPath(this.#path, "read-write");
    unlinkFifo(path, `unlink ${label(path)}`);
  }
}

function label(path: string): string {
  return `named pipe ${JSON.stringify(path)}`;
}
