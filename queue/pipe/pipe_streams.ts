/**
 * The two ends of a named pipe as streams, watched by the event loop.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import { openFifo } from "../../ffi/files/fifo.ts";
import { closeDescriptor } from "../../ffi/files/open.ts";
import { checkMessage } from "../checks/message_bytes.ts";
import { retryAsync } from "../waiting/pauses.ts";
import { forget, poll, type PollOptions } from "../waiting/poller.ts";

/** The part of a socket of `node:net` that is used here. */
type Socket = import("node:net").Socket;

/** Passes a descriptor to the event loop, which closes it in the end. */
type Watch = (fd: number, end: "read" | "write") => Socket;

/**
 * Loads what watches descriptors, at the first use: it takes time and memory that
 * most programs need not spend.
 */
async function loadWatch(): Promise<Watch> {
  const { Socket } = await import("node:net");
  return (fd, end) =>
    new Socket({ fd, readable: end === "read", writable: end === "write" });
}

/** Opens the end to read from. */
export function readableEnd(
  path: string,
  label: string,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  // Never null: this end opens whether someone writes or not.
  const fd = openFifo(path, "read", `open ${label} to read`) ?? -1;
  let socket: Socket | undefined;
  let cancelled = false;
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (socket !== undefined) {
        socket.resume();
        return;
      }
      let watch: Watch;
      try {
        // A pipe that nobody has opened yet reads as ended, so wait for someone.
        await poll(fd, "read", FOREVER, () => true);
        watch = await loadWatch();
      } catch (error) {
        // The stream fails with it, and cannot be cancelled any more.
        if (!cancelled) closeDescriptor(fd);
        throw error;
      }
      if (cancelled) return;
      socket = watch(fd, "read");
      pump(socket, controller, label);
    },
    cancel() {
      cancelled = true;
      if (socket !== undefined) {
        socket.destroy();
        return;
      }
      forget(fd, new Error("the stream was cancelled"));
      closeDescriptor(fd);
    },
  }, { highWaterMark: 0 });
}

const FOREVER: PollOptions = { timeoutMs: Infinity, signal: undefined };

/** Passes what a socket reads to a stream, as fast as the stream takes it. */
function pump(
  socket: Socket,
  controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
  label: string,
): void {
  let ended = false;
  socket.on("data", (chunk) => {
    const bytes = new Uint8Array(chunk.byteLength);
    bytes.set(chunk);
    controller.enqueue(bytes);
    if ((controller.desiredSize ?? 0) <= 0) socket.pause();
  });
  socket.on("end", () => {
    if (ended) return;
    ended = true;
    controller.close();
  });
  socket.on("error", (error) => {
    if (ended) return;
    ended = true;
    controller.error(toSystemError(error, "read", `read from ${label}`));
  });
}

/** Opens the end to write to, when someone reads. */
export async function writableEnd(
  path: string,
  label: string,
  { timeoutMs, signal }: PollOptions,
): Promise<WritableStream<Uint8Array>> {
  const operation = `open ${label} to write`;
  const watch = await loadWatch();
  const fd = await retryAsync(
    timeoutMs,
    signal,
    () => openFifo(path, "write", operation) ?? undefined,
  );
  if (fd === undefined) {
    throw systemError("open", errnoNumber("ETIMEDOUT"), operation);
  }
  return streamTo(watch(fd, "write"), `write to ${label}`);
}

/** Makes a stream that writes to a socket. */
function streamTo(
  socket: Socket,
  operation: string,
): WritableStream<Uint8Array> {
  let closing = false;
  return new WritableStream<Uint8Array>({
    start(controller) {
      // Also while a write waits for room.
      controller.signal.addEventListener("abort", () => {
        closing = true;
        socket.destroy();
      });
      socket.on("error", (error) => {
        if (!closing) {
          controller.error(toSystemError(error, "write", operation));
        }
      });
    },
    async write(chunk, { signal }) {
      // Its memory may go, or change, while the pipe is full.
      const copy = new Uint8Array(checkMessage(chunk, operation));
      copy.set(chunk);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      socket.write(copy, (error) => {
        if (signal.aborted) reject(signal.reason);
        else if (error) reject(toSystemError(error, "write", operation));
        else resolve();
      });
      await promise;
    },
    async close() {
      closing = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.once("close", () => resolve());
      socket.end();
      await promise;
    },
  });
}

/** An error of the event loop, as this library tells errors. */
function toSystemError(
  error: Error,
  syscall: string,
  operation: string,
): Error {
  if (hasCode(error, "EPIPE") || "code" in error && error.code === "EPIPE") {
    return systemError(syscall, errnoNumber("EPIPE"), operation);
  }
  return new Error(`Cannot ${operation}: ${error.message}`, { cause: error });
}
