/**
 * The list of all objects: what each is, how large beside the others, how full,
 * and what is wrong with it.
 *
 * @module
 */

import { byId, h, keep, set, setText } from "./dom.js";
import { bytes, compact, kindName, percent } from "./format.js";

const ORDERS = {
  name: (a, b) => a.address.localeCompare(b.address),
  size: (a, b) => b.size - a.size,
  rate: (a, b) => rateOf(b) - rateOf(a),
  fill: (a, b) => fillOf(b) - fillOf(a),
};

/** The list. */
export class ObjectList {
  #objects = [];
  #selected = "";
  #onSelect;
  #list = byId("list");
  #filter = byId("filter");
  #kind = byId("kind");
  #order = byId("order");

  /** @param {(address: string) => void} onSelect */
  constructor(onSelect) {
    this.#onSelect = onSelect;
    for (const control of [this.#filter, this.#kind, this.#order]) {
      control.addEventListener("input", () => this.#draw());
    }
    this.#list.addEventListener("keydown", (event) => this.#move(event));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target === this.#filter) return;
      event.preventDefault();
      this.#filter.focus();
    });
  }

  /** Shows other objects. */
  show(objects) {
    this.#objects = objects;
    this.#offerKinds();
    this.#draw();
  }

  /** Marks one as the one that is shown. */
  select(address) {
    this.#selected = address;
    this.#draw();
  }

  /** Those that the filter lets through, in the chosen order. */
  get visible() {
    const text = this.#filter.value.trim().toLowerCase();
    const kind = this.#kind.value;
    return this.#objects
      .filter((object) => kind === "" || object.kind === kind)
      .filter((object) =>
        `${object.address} ${object.label}`.toLowerCase().includes(text)
      )
      .sort(ORDERS[this.#order.value] ?? ORDERS.name);
  }

  #offerKinds() {
    const kinds = [...new Set(this.#objects.map(({ kind }) => kind))].sort();
    const options = ["", ...kinds];
    keep(
      this.#kind,
      options,
      (kind) => `kind ${kind}`,
      (kind) => h("option", { value: kind }),
      (option, kind) =>
        setText(option, kind === "" ? "All kinds" : kindName(kind)),
    );
    for (const option of this.#kind.options) {
      // The one that the page came with has no key.
      if (option.dataset.key === undefined) option.remove();
    }
  }

  #draw() {
    const visible = this.visible;
    const largest = Math.max(1, ...visible.map(({ size }) => size));
    keep(
      this.#list,
      visible,
      ({ address }) => address,
      ({ address }) => makeRow(() => this.#onSelect(address)),
      (row, object) =>
        updateRow(row, object, largest, object.address === this.#selected),
    );
    setText(byId("list-note"), noteOf(this.#objects.length, visible.length));
  }

  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...this.#list.querySelectorAll("button")];
    const at = rows.indexOf(document.activeElement);
    const next = event.key === "Home"
      ? rows[0]
      : event.key === "End"
      ? rows.at(-1)
      : step !== undefined && rows[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

function makeRow(onclick) {
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "row", onclick },
      h("span", { class: "name" }),
      h("span", { class: "kind" }),
      h("span", { class: "flags" }),
      h("span", { class: "figures" }),
      h(
        "span",
        { class: "bar", "aria-hidden": "true" },
        h("span", { class: "size" }, h("span", { class: "used" })),
      ),
    ),
  );
}

function updateRow(row, object, largest, isSelected) {
  const button = row.firstElementChild;
  const [name, kind, flags, figures, bar] = button.children;
  set(button, { "aria-pressed": isSelected });
  const label = object.label === "" ? "" : ` “${object.label}”`;
  setText(name, object.address + label);
  setText(kind, kindName(object.kind));
  const marks = marksOf(object);
  keep(
    flags,
    marks,
    ({ text }) => text,
    ({ text, level }) => h("span", { class: `mark ${level}`, text }),
    () => {},
  );
  setText(figures, figuresOf(object));
  // By the CSS object model, which the policy allows; attributes it does not.
  bar.firstElementChild.style.width = `${100 * object.size / largest}%`;
  bar.firstElementChild.firstElementChild.style.width = `${
    100 * usedPart(object)
  }%`;
}

/** What there is to know at once about an object. */
export function marksOf(object) {
  const marks = [];
  if (object.stale) marks.push({ text: "stale", level: "bad" });
  for (const { role, state } of object.participants) {
    if (state === "died") marks.push({ text: `${role} died`, level: "bad" });
    if (state === "stopped") {
      marks.push({ text: `${role} is stopped`, level: "bad" });
    }
    if (state === "aborted") {
      marks.push({ text: `${role} gave up`, level: "bad" });
    }
  }
  const fill = fillOf(object);
  if (fill > 0.9) marks.push({ text: "full", level: "warn" });
  const isBad = object.findings.some(({ tone }) => tone === "bad");
  if (isBad && marks.length === 0) {
    marks.push({ text: "look inside", level: "warn" });
  }
  return marks.filter(({ text }, i) =>
    marks.findIndex((mark) => mark.text === text) === i
  );
}

function figuresOf(object) {
  const parts = object.size > 0 ? [bytes(object.size)] : [];
  if (object.fill !== undefined) {
    parts.push(`${percent(object.fill, object.capacity)} full`);
  }
  const rate = rateOf(object);
  if (rate > 0) parts.push(`${bytes(rate)}/s`);
  const messages = object.measures.messagesPerSecond;
  if (messages > 0) parts.push(`${compact(messages)} msg/s`);
  return parts.join(" · ");
}

/** Of a ring what is filled, of others what has memory. */
function usedPart(object) {
  const { fill, size, used = 0 } = object;
  if (fill !== undefined) return fillOf(object);
  return size > 0 ? Math.min(1, used / size) : 0;
}

/** How full a ring is, from 0 to 1; a broadcast is never full. */
function fillOf({ fill = 0, capacity = 0 }) {
  return capacity > 0 ? Math.min(1, fill / capacity) : 0;
}

function rateOf(object) {
  return object.measures.bytesPerSecond ?? 0;
}

function noteOf(all, visible) {
  if (all === 0) return "There are no objects on this machine.";
  return visible === all ? "" : `${visible} of ${all} objects`;
}
