/**
 * The page: follows the server, and shows what it tells.
 *
 * @module
 */

import { connect } from "./connection.js";
import { Detail } from "./detail.js";
import { byId, h, keep, set, setText } from "./dom.js";
import { bytes, count } from "./format.js";
import { ProcessGraph } from "./drawing/graph.js";
import { showMachine } from "./machine.js";
import { ObjectList } from "./objects.js";

const NARROW = "(max-width: 60rem)";

const detail = new Detail();
const list = new ObjectList(choose);
const graph = new ProcessGraph(choose);
let state;

/** Shows another object. The address of the page says which, so one can link to it. */
function choose(address) {
  if (address === detail.address) return;
  history.replaceState(null, "", `#object=${encodeURIComponent(address)}`);
  detail.select(address);
  list.select(address);
  draw();
  // On a narrow page it would appear out of sight.
  if (matchMedia(NARROW).matches && address !== "") byId("detail").focus();
}

/** The object that the page's address names. */
function addressed() {
  const [, address = ""] = /^#object=(.*)$/.exec(location.hash) ?? [];
  return decodeURIComponent(address);
}

function draw() {
  if (state === undefined) return;
  const objects = Object.values(state.objects);
  list.show(objects);
  graph.show(list.visible, state.processes, detail.address);
  showMachine(state.machine);
  detail.show(state);
  const size = objects.reduce((sum, object) => sum + object.size, 0);
  const stale = objects.filter((object) => object.stale).length;
  keep(
    byId("notes"),
    state.notes,
    (text) => text,
    (text) => h("li", { text }),
    () => {},
  );
  setText(
    byId("totals"),
    `${count(objects.length)} objects · ${bytes(size)} · ${
      count(Object.keys(state.processes).length)
    } processes`,
  );
  set(byId("remove-stale"), {
    hidden: state.allowChanges ? undefined : "",
    disabled: stale === 0 ? "" : undefined,
  });
}

function showStatus({ state: name, since }) {
  const status = byId("status");
  set(status, { "data-state": name });
  document.body.dataset.connection = name;
  const time = new Date(since).toLocaleTimeString();
  const texts = {
    live: "Live",
    stopped:
      `No news since ${time}: the program that shows this has stopped. What you see is old.`,
    refused:
      "The server refused: open the address that `shmem view` printed, or close another such page.",
  };
  setText(status, texts[name] ?? "Connecting…");
}

async function removeStale() {
  const stale = Object.values(state.objects)
    .filter((object) => object.stale)
    .map(({ address }) => address);
  if (!confirm(`Remove what nobody has any more?\n\n${stale.join("\n")}`)) {
    return;
  }
  const response = await fetch("/remove-stale", { method: "POST" });
  const text = response.ok
    ? `Removed ${(await response.json()).removed.join(", ") || "nothing"}`
    : await response.text();
  setText(byId("list-note"), text);
}

byId("remove-stale").addEventListener("click", removeStale);
for (const id of ["filter", "kind", "order"]) {
  byId(id).addEventListener("input", draw);
}
addEventListener("hashchange", () => {
  const address = addressed();
  if (address !== "") choose(address);
});

connect((next) => {
  const isFirst = state === undefined;
  state = next;
  if (isFirst && addressed() !== "") choose(addressed());
  draw();
}, showStatus);
