/**
 * Drives a Chromium for a test, which sends one call a line and gets one answer a
 * line: Playwright wants all permissions, which the tests do not have.
 *
 * `deno run --allow-all browser.ts`
 *
 * @module
 */

import { type BrowserPage, loadChromium } from "../../../deps.ts";

/** A call of the test. */
interface Call {
  readonly act: string;
  readonly text?: string;
  readonly selector?: string;
  readonly width?: number;
  readonly height?: number;
}

const seen: Record<"errors" | "requests", string[]> = {
  errors: [],
  requests: [],
};

const chromium = await loadChromium();
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  // Its own sandbox needs user namespaces, which containers and root lack.
  args: ["--no-sandbox"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.on("pageerror", (error) => seen.errors.push(error.message));
page.on("console", (message) => {
  if (message.type() === "error") seen.errors.push(message.text());
});
page.on("request", (request) => seen.requests.push(request.url()));
page.on("dialog", (dialog) => void dialog.accept());

const lines = Deno.stdin.readable
  .pipeThrough(new TextDecoderStream());
let text = "";
for await (const part of lines) {
  text += part;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
    const call: Call = JSON.parse(text.slice(0, end));
    text = text.slice(end + 1);
    await answer(call);
  }
}
await browser.close();

async function answer(call: Call): Promise<void> {
  let line;
  try {
    line = JSON.stringify({ value: await perform(page, call) ?? null });
  } catch (error) {
    line = JSON.stringify({ error: String(error) });
  }
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

async function perform(
  page: BrowserPage,
  { act, text = "", selector = "", width = 0, height = 0 }: Call,
): Promise<unknown> {
  switch (act) {
    case "open":
      await page.goto(text);
      return;
    case "evaluate":
      return await page.evaluate(text);
    case "click":
      return await page.click(selector);
    case "fill":
      return await page.fill(selector, text);
    case "press":
      return await page.keyboard.press(text);
    case "resize":
      return await page.setViewportSize({ width, height });
    case "colours":
      return await page.emulateMedia({
        colorScheme: text === "dark" ? "dark" : "light",
      });
    case "screenshot":
      await page.screenshot({ path: text });
      return;
    case "seen":
      return seen;
    default:
      throw new Error(`There is no act ${act}`);
  }
}
