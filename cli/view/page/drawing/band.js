/**
 * A ring as a band: what is filled between head and tail, and what senders have
 * claimed in it.
 *
 * @module
 */

import { h, s, set } from "../dom.js";
import { bytes, count } from "../format.js";

const HEIGHT = 44;
/** Below it are two lines of text. */
const LABELS = 30;
const MIN_WIDTH = 240;

/** The band. */
export class Band {
  /** What to put into the page. */
  element;
  #svg = s("svg", { class: "band", role: "img", height: HEIGHT + LABELS });
  #text = h("p", { class: "note" });

  constructor() {
    this.element = h("div", {}, this.#svg, this.#text);
  }

  /** Shows a ring: positions that only grow, the capacity, and what is claimed. */
  show({ capacity, head, tail }, claims) {
    const from = Math.max(head, tail - capacity);
    const ring = {
      capacity,
      width: Math.max(MIN_WIDTH, this.element.clientWidth),
    };
    this.#svg.replaceChildren(
      s("rect", { class: "room", width: ring.width, height: HEIGHT, rx: 4 }),
      ...stretches(from, tail, ring).map(([x, width]) =>
        s("rect", { class: "filled", x, width, height: HEIGHT })
      ),
      ...claims.flatMap((claim) => claimMarks(claim, ring)),
      ...marker("head", head, ring),
      ...marker("tail", tail, ring),
    );
    const text = textOf(tail - from, capacity, head, tail, claims);
    set(this.#svg, { "aria-label": text });
    set(this.#text, { text });
  }
}

function textOf(filled, capacity, head, tail, claims) {
  const claimed = claims.length === 0
    ? ""
    : `, ${claims.length} claimed and not committed`;
  return `${bytes(filled)} of ${bytes(capacity)} between head ${
    count(head)
  } and tail ${count(tail)}${claimed}`;
}

/** Where positions lie in the band: one stretch, or two around the end. */
export function stretches(from, to, { capacity, width }) {
  const length = to - from;
  if (!(capacity > 0) || !(length > 0)) return [];
  if (length >= capacity) return [[0, width]];
  const scale = width / capacity;
  const start = from % capacity;
  const first = Math.min(length, capacity - start);
  const parts = [[start * scale, Math.max(1, first * scale)]];
  if (first < length) parts.push([0, Math.max(1, (length - first) * scale)]);
  return parts;
}

function claimMarks({ position, length = 0, pid, state }, ring) {
  const title = `Claimed by ${pid > 0 ? `process ${pid}` : "a sender"} at ${
    count(position)
  }, not committed`;
  return stretches(position, position + Math.max(1, length), ring)
    .map(([x, width]) =>
      s(
        "rect",
        {
          class: state === "died" ? "claim dead" : "claim",
          x,
          width: Math.max(3, width),
          height: HEIGHT,
        },
        s("title", { text: title }),
      )
    );
}

function marker(name, position, { capacity, width }) {
  const x = capacity > 0 ? (position % capacity) * width / capacity : 0;
  const isRight = x > width * 0.9;
  return [
    s("line", { class: name, x1: x, x2: x, y1: 0, y2: HEIGHT + 6 }),
    s("text", {
      class: name,
      x: isRight ? x - 4 : x + 4,
      // Side by side they would lie on each other.
      y: name === "head" ? HEIGHT + 12 : HEIGHT + 26,
      "text-anchor": isRight ? "end" : "start",
      text: name,
    }),
  ];
}
