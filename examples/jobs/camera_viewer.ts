// deno run --allow-ffi examples/jobs/camera_viewer.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Shows the newest frame of c/camera.c, whichever starts first: a slow viewer
// passes frames over, and never sees a part of one.

import { Latest } from "../../store/mod.ts";

const LAST = 40;

async function show(name: string, pauseMs: number): Promise<void> {
  using camera = await Latest.waitFor(name, { access: "read" });
  let shown = 0;
  let passedOver = 0;
  let torn = 0;
  for await (const { bytes, number, skipped } of camera) {
    shown++;
    passedOver += skipped;
    if (bytes.some((byte) => byte !== number)) torn++;
    if (number === LAST) break;
    if (pauseMs > 0) await new Promise((done) => setTimeout(done, pauseMs));
  }
  console.log(`Shown ${shown}, passed over ${passedOver}, torn ${torn}`);
}

try {
  await show(Deno.args[0] ?? "/camera", Number(Deno.args[1] ?? 0));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
