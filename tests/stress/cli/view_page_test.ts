/**
 * The page of `shmem view` in a browser, with programs that run, stand still and
 * die.
 *
 * With `SHMEM_VIEW_PICTURE=PATH`, as the task `picture` sets it, the first test
 * leaves a picture of the page there.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { Browser } from "../../helpers/cli/browser.ts";
import { startLively } from "../../helpers/cli/lively.ts";
import { temporaryName } from "../../helpers/cli/temporary.ts";
import { startViewer } from "../../helpers/cli/viewer.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";

/** An expression: the row of an object, or nothing. */
function rowOf(name: string): string {
  return `[...document.querySelectorAll("#list li")]
    .find(({ dataset }) => dataset.key === ${JSON.stringify(name)})`;
}

/** An expression: what the part of the page about the selected object says. */
const DETAIL = `document.getElementById("detail").innerText`;

/** Selects an object, as one who clicks does. */
async function select(browser: Browser, name: string): Promise<void> {
  await browser.until(rowOf(name));
  await browser.evaluate(`${rowOf(name)}.querySelector("button").click()`);
  await browser.until(
    `document.getElementById("detail-title").textContent === ${
      JSON.stringify(name)
    }`,
  );
}

/** Pixels that a curve has drawn, as a number that changes with it. */
const DRAWN = `[...document.querySelectorAll(".plot canvas")].map((canvas) => {
  const { data } = canvas.getContext("2d")
    .getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, byte, i) => (sum * 31 + byte * i) % 1000003, 7);
}).join()`;

Deno.test(needing(
  ["chromium", "native"],
  "the page shows programs as they come, move and die",
  async () => {
    const picture = Deno.env.get("SHMEM_VIEW_PICTURE");
    const prefix = picture === undefined ? randomName() : "/shop";
    using frames = temporaryName(`${prefix}-frames`);
    using prices = temporaryName(`${prefix}-prices`);
    using value = temporaryName(`${prefix}-temperature`);
    using map = temporaryName(`${prefix}-sessions`);
    await using viewer = await startViewer([
      `${prefix}-*`,
      "--interval",
      "200ms",
    ]);
    await using browser = Browser.start();
    await browser.open(viewer.url);
    await browser.until(
      `document.querySelector("#status").textContent === "Live"`,
    );
    // The token has become a cookie, and left the address.
    assertEquals(await browser.evaluate("location.search"), "");
    assertEquals(await browser.evaluate(rowOf(frames.name) + " ?? null"), null);

    await using receiver = await startLively("receive", frames.name);
    await using sender = await startLively("send", frames.name);
    await using _publisher = await startLively("publish", prices.name);
    await using _subscriber = await startLively("subscribe", prices.name);
    await using _writer = await startLively("write", value.name);
    await using _holder = await startLively("hold", map.name);
    await select(browser, frames.name);
    await browser.until(`${DETAIL}.includes("frames of the camera")`);
    await browser.until(
      `${DETAIL}.includes("sender\\t${sender.pid}\\topen")`,
    );
    await browser.until(
      `${DETAIL}.includes("receiver\\t${receiver.pid}\\topen")`,
    );
    // It is JSON, and shown so.
    await browser.until(`${DETAIL}.includes('"width": 1920')`);
    await browser.until(
      `document.querySelector(".band").getAttribute("aria-label")
        .includes("between head")`,
    );
    await browser.until(
      `[...document.querySelectorAll("figcaption strong")]
        .some(({ textContent }) => /^[1-9].*B\\/s$/.test(textContent))`,
    );
    const before = await browser.evaluate(DRAWN);
    assertMatch(String(before), /\d/);
    await browser.until(`${DRAWN} !== ${JSON.stringify(before)}`);
    await browser.until(
      `[...document.querySelectorAll("#graph .process text")]
        .some(({ textContent }) => textContent.endsWith(" ${sender.pid}"))`,
    );
    if (picture !== undefined) {
      // A minute of curves is worth a picture.
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      await browser.until(
        `document.querySelector("#status").textContent === "Live"`,
      );
      await browser.screenshot(picture);
    }

    await receiver.kill();
    await browser.until(
      `${rowOf(frames.name)}.innerText.includes("receiver died")`,
    );
    await browser.until(`${DETAIL}.includes("has died")`);
    await browser.until(
      `[...document.querySelectorAll("#graph .process.bad text")]
        .some(({ textContent }) => textContent.includes("${receiver.pid}"))`,
    );
    await select(browser, prices.name);
    await browser.until(`${DETAIL}.includes("it does not tell")`);
    await browser.until(`${DETAIL}.includes('"name": "ACME"')`);

    const { errors, requests } = await browser.seen();
    assertEquals(errors, []);
    const { origin } = new URL(viewer.url);
    assertEquals(requests.filter((url) => !url.startsWith(`${origin}/`)), []);
  },
));

Deno.test(needing(
  ["chromium", "native"],
  "the page shows who holds a lock",
  async () => {
    using map = temporaryName();
    await using holder = await startLively("hold", map.name);
    await using viewer = await startViewer([map.name]);
    await using browser = Browser.start();
    await browser.open(viewer.url);
    await select(browser, map.name);
    await browser.until(
      `/keys of group \\d+\\s+mutex\\s+held\\s+thread \\d+ of process ${holder.pid}/
        .test(${DETAIL})`,
    );
    await holder.kill();
    await browser.until(`/owner-died/.test(${DETAIL})`);
  },
));

Deno.test(needing(
  ["chromium", "native"],
  "the page is not shown without the token, and says when its source has stopped",
  async () => {
    using cleanup = new DisposableStack();
    const name = randomName();
    const memory = SharedMemory.create(name, { size: 5003 });
    cleanup.defer(() => memory.unlink());
    await using viewer = await startViewer([name]);
    await using browser = Browser.start();
    await browser.open(new URL("/", viewer.url).href);
    assertMatch(
      String(await browser.evaluate("document.body.innerText")),
      /token/,
    );
    await browser.open(viewer.url);
    await browser.until(rowOf(name));
    await viewer.end("SIGKILL");
    await browser.until(
      `document.getElementById("status").textContent.startsWith("No news since")`,
    );
    // What was known stays, and looks old.
    await browser.until(rowOf(name));
    assertEquals(
      await browser.evaluate("document.body.dataset.connection"),
      "stopped",
    );
  },
));

Deno.test(needing(
  ["chromium", "native"],
  "the page takes names and bytes for text, whatever is in them",
  async () => {
    using cleanup = new DisposableStack();
    const evil = `${randomName()}<img src=x onerror="document.title='evil'">`;
    const memory = SharedMemory.create(evil, { size: 5003 });
    cleanup.defer(() => memory.unlink());
    using mapping = memory.map();
    mapping.bytes.fill(0x20);
    const markup = "<script>document.title = 'evil'</script>";
    mapping.bytes.set(new TextEncoder().encode(markup));
    await using viewer = await startViewer();
    await using browser = Browser.start();
    await browser.open(viewer.url);
    await select(browser, evil);
    await browser.until(`${DETAIL}.includes(${JSON.stringify(markup)})`);
    await browser.until(
      `[...document.querySelectorAll("#graph title")]
        .some(({ textContent }) => textContent === ${JSON.stringify(evil)})`,
    );
    assertEquals(await browser.evaluate("document.title"), "shmem");
    assertEquals(
      await browser.evaluate(`document.querySelectorAll("img").length`),
      0,
    );
  },
));

Deno.test(needing(
  ["chromium", "native"],
  "the page shows a hundred objects, by keyboard and on a phone",
  async () => {
    using cleanup = new DisposableStack();
    const prefix = randomName();
    for (let i = 0; i < 100; i++) {
      const size = 3001 + 97 * i;
      const memory = SharedMemory.create(`${prefix}-${i}`, { size });
      cleanup.defer(() => memory.unlink());
    }
    await using viewer = await startViewer([`${prefix}-*`]);
    await using browser = Browser.start();
    await browser.open(viewer.url);
    await browser.until(`document.querySelectorAll("#list li").length === 100`);

    await browser.press("/");
    assertEquals(await browser.evaluate("document.activeElement.id"), "filter");
    await browser.fill("#filter", `${prefix}-7`);
    await browser.until(`document.querySelectorAll("#list li").length === 11`);
    await browser.fill("#filter", "");
    await browser.until(`document.querySelectorAll("#list li").length === 100`);
    await browser.evaluate(`(() => {
      const order = document.getElementById("order");
      order.value = "size";
      order.dispatchEvent(new Event("input"));
      document.querySelector("#list button").focus();
    })()`);
    await browser.press("ArrowDown");
    await browser.press("ArrowDown");
    await browser.press("Enter");
    // The third largest, with a bar to scale beside the largest.
    await browser.until(
      `document.getElementById("detail-title").textContent === "${prefix}-97"`,
    );
    const widths = await browser.evaluate(
      `[...document.querySelectorAll("#list .size")].slice(0, 3)
        .map((bar) => parseFloat(bar.style.width)).join()`,
    );
    const [first, , third = 0] = String(widths).split(",").map(Number);
    assertEquals(first, 100);
    assert(Math.abs(third - 100 * (3001 + 97 * 97) / (3001 + 97 * 99)) < 0.1);
    // Every control has a name for those who do not see it.
    assertEquals(
      await browser.evaluate(
        `[...document.querySelectorAll("button, input, select")]
          .filter((each) => !each.hidden && each.textContent.trim() === "" &&
            !each.labels?.length).length`,
      ),
      0,
    );

    for (const scheme of ["light", "dark"] as const) {
      await browser.colours(scheme);
      for (const [width, height] of [[390, 844], [1280, 900]] as const) {
        await browser.resize(width, height);
        await browser.until(`innerWidth === ${width}`);
        await browser.until(
          `document.documentElement.scrollWidth <= innerWidth`,
        );
      }
    }
    assertEquals((await browser.seen()).errors, []);
  },
));
