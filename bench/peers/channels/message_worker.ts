/**
 * A worker that receives messages: first how many will come, then those; it
 * answers with the nanoseconds from the first to the last.
 *
 * @module
 */

/// <reference lib="deno.worker" />

let count = NaN;
let number = 0;
let start = 0;

self.onmessage = ({ data }: MessageEvent<number | Uint8Array>) => {
  if (typeof data === "number") {
    count = data;
    return;
  }
  if (number === 0) start = performance.now();
  if (data[0] !== (number & 0xff)) throw new Error(`${number} is lost`);
  if (++number < count) return;
  self.postMessage((performance.now() - start) * 1e6);
};

self.postMessage("ready");
