/**
 * Processes on the left, objects on the right, and a line for each that a process
 * has mapped or open.
 *
 * @module
 */

import { byId, s, set, setText } from "../dom.js";

const ROW = 26;
const MIN_WIDTH = 320;
const MAX_WIDTH = 1100;
/** Where the columns are, as parts of the width. */
const LEFT = 0.36;
const RIGHT = 0.6;
/** Width of a letter, roughly. */
const LETTER = 7.5;

/** The graph. */
export class ProcessGraph {
  #body = byId("graph-body");
  #svg = s("svg", { class: "graph", role: "group" });
  #onSelect;
  #drawn = "";

  /** @param {(address: string) => void} onSelect */
  constructor(onSelect) {
    this.#onSelect = onSelect;
    set(this.#svg, {
      "aria-label": "Processes and the objects that they have",
    });
    this.#body.append(this.#svg);
  }

  /** Shows objects and who has them. */
  show(objects, processes, selected) {
    const held = objects
      .filter(({ holders }) => Object.keys(holders).length > 0)
      // Those of one process side by side: fewer lines cross.
      .sort((a, b) => firstHolder(a) - firstHolder(b));
    const pids = [
      ...new Set(held.flatMap(({ holders }) => Object.keys(holders))),
    ];
    setText(
      byId("graph-note"),
      pids.length === 0
        ? "No process that can be seen has any of the objects."
        : "",
    );
    // Redrawn only when it has changed: otherwise the focus in it would be lost.
    const width = Math.min(
      MAX_WIDTH,
      Math.max(MIN_WIDTH, this.#body.clientWidth),
    );
    const key = JSON.stringify([
      width,
      selected,
      pids.map((pid) => processes[pid]),
      held.map(({ address, holders, stale }) => [
        address,
        holders,
        stale,
      ]),
    ]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#draw(held, pids, processes, selected, width);
  }

  #draw(objects, pids, processes, selected, width) {
    const focused = document.activeElement?.dataset?.node;
    const places = layOut(objects, pids, width);
    set(this.#svg, { width, height: places.height });
    const lines = objects.flatMap((object) =>
      Object.entries(object.holders).map(([pid, how]) =>
        line(
          places,
          pid,
          object.address,
          `${how}${object.address === selected ? " selected" : ""}`,
          `${nameOf(pid, processes)} has ${object.address} ${how}`,
        )
      )
    );
    const left = pids.map((pid) => processNode(pid, processes, places));
    const right = objects.map((object) =>
      this.#objectNode(object, places, selected)
    );
    this.#svg.replaceChildren(...lines, ...left, ...right);
    if (focused !== undefined) {
      [...this.#svg.querySelectorAll("[data-node]")]
        .find(({ dataset }) => dataset.node === focused)?.focus();
    }
  }

  #objectNode({ address, stale }, { right, yOf, width }, selected) {
    const y = yOf.get(address);
    const choose = () => this.#onSelect(address);
    return s(
      "g",
      {
        class: `node object${stale ? " bad" : ""}${
          address === selected ? " selected" : ""
        }`,
        tabindex: 0,
        role: "button",
        "data-node": address,
        "aria-label": `Show ${address}`,
        onclick: choose,
        onkeydown: (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          choose();
        },
      },
      s("title", { text: address }),
      s("circle", { cx: right, cy: y, r: 6 }),
      s("text", {
        x: right + 12,
        y: y + 4,
        text: shortened(address, width - right - 12),
      }),
    );
  }
}

/** Where everything goes: processes at the middle of what they have. */
function layOut(objects, pids, width) {
  const yOf = new Map(
    objects.map(({ address }, i) => [address, (i + 0.5) * ROW]),
  );
  const middles = pids.map((pid) => {
    const ys = objects
      .filter(({ holders }) => Object.hasOwn(holders, pid))
      .map(({ address }) => yOf.get(address));
    return { pid, y: ys.reduce((sum, y) => sum + y, 0) / ys.length };
  }).sort((a, b) => a.y - b.y);
  let free = 0.5 * ROW;
  for (const { pid, y } of middles) {
    const place = Math.max(free, y);
    yOf.set(pid, place);
    free = place + ROW;
  }
  const height = Math.max(objects.length * ROW, free) + 0.5 * ROW;
  return { yOf, width, height, left: width * LEFT, right: width * RIGHT };
}

function firstHolder({ holders }) {
  return Math.min(...Object.keys(holders).map(Number));
}

function processNode(pid, processes, { left, yOf }) {
  const y = yOf.get(pid);
  const process = processes[pid];
  const isGone = process?.alive !== true;
  const note = isGone ? " (gone)" : process.stopped ? " (stopped)" : "";
  const name = nameOf(pid, processes);
  return s(
    "g",
    { class: `node process${note === "" ? "" : " bad"}` },
    s("title", { text: process?.commandLine || name }),
    s("circle", { cx: left, cy: y, r: 6 }),
    s("text", {
      x: left - 12,
      y: y + 4,
      "text-anchor": "end",
      text: shortened(name + note, left - 12),
    }),
  );
}

function nameOf(pid, processes) {
  const name = processes[pid]?.name ?? "";
  return name === "" ? pid : `${name} ${pid}`;
}

function line({ left, right, yOf }, pid, address, kinds, title) {
  const from = yOf.get(pid);
  const to = yOf.get(address);
  const middle = (left + right) / 2;
  return s(
    "path",
    {
      class: `link ${kinds}`,
      d: `M ${left + 6} ${from} C ${middle} ${from} ${middle} ${to} ${
        right - 6
      } ${to}`,
    },
    s("title", { text: title }),
  );
}

function shortened(text, width) {
  const letters = Math.max(4, Math.floor(width / LETTER));
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}
