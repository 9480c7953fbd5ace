/**
 * The last minutes as curves, drawn by uPlot; each with its newest number as text.
 *
 * @module
 */

import { h, keep, set, setText } from "../dom.js";
import { bytes, compact, words } from "../format.js";

/** How far back curves reach. */
const MINUTES_MS = 5 * 60_000;
/** How far at least. */
const SHORTEST_S = 60;
const HEIGHT = 110;

/** Steps of an axis for bytes: 1 KiB, 2 KiB, 4 KiB and so on. */
const POWERS = Array.from({ length: 50 }, (_, i) => 2 ** i);

/** How a measure is shown. */
const MEASURES = {
  fill: { title: "Fill", show: bytes, steps: POWERS },
  bytesPerSecond: {
    title: "Written",
    show: (v) => `${bytes(v)}/s`,
    steps: POWERS,
  },
  bytesTakenPerSecond: {
    title: "Received",
    show: (v) => `${bytes(v)}/s`,
    steps: POWERS,
  },
  messagesPerSecond: { title: "Messages", show: (v) => `${compact(v)}/s` },
  valuesPerSecond: { title: "Values", show: (v) => `${compact(v)}/s` },
  jobsPerSecond: { title: "Jobs put", show: (v) => `${compact(v)}/s` },
};

let library;

/** Loads uPlot once; an error says why there are no curves. */
function loadLibrary() {
  library ??= import("/uplot.js").then(
    (module) => ({ Plot: module.default }),
    () => ({ reason: "No curves: uPlot could not be loaded from npm" }),
  );
  return library;
}

/** The curves of one object. */
export class Curves {
  /** What to put into the page. */
  element = h("div", { class: "curves" });
  #plots = new Map();
  #history = { times: [], measures: {} };

  constructor() {
    loadLibrary();
    // Colours are drawn, so they do not follow the page by themselves.
    matchMedia("(prefers-color-scheme: dark)").addEventListener(
      "change",
      () => this.#forget(),
    );
    new ResizeObserver(() => {
      for (const { plot, box } of this.#plots.values()) {
        plot.setSize({ width: widthOf(box), height: HEIGHT });
      }
    }).observe(this.element);
  }

  /** Starts with the past of another object. */
  start(history) {
    this.#history = {
      times: history.times ?? [],
      measures: history.measures ?? {},
    };
    this.#forget();
    this.#draw();
  }

  /** Goes on with new numbers. */
  add(time, measures) {
    const { times, measures: past } = this.#history;
    if (time <= (times.at(-1) ?? 0)) return;
    times.push(time);
    for (const [name, value] of Object.entries(measures)) {
      past[name] ??= [];
      while (past[name].length < times.length - 1) past[name].push(null);
      past[name].push(value);
    }
    while (times.length > 0 && times[0] < time - MINUTES_MS) {
      times.shift();
      for (const values of Object.values(past)) values.shift();
    }
    this.#draw();
  }

  #forget() {
    for (const { plot } of this.#plots.values()) plot.destroy();
    this.#plots.clear();
    this.element.replaceChildren();
  }

  async #draw() {
    const names = Object.keys(this.#history.measures);
    keep(
      this.element,
      names,
      (name) => name,
      (name) => makeFigure(name),
      (figure, name) => this.#label(figure, name),
    );
    const { Plot, reason } = await loadLibrary();
    for (const figure of this.element.children) {
      const name = figure.dataset.key;
      const box = figure.lastElementChild;
      if (Plot === undefined) setText(box, reason);
      else this.#plot(Plot, name, box);
    }
  }

  #label(figure, name) {
    const { title, show } = measureOf(name);
    const newest = this.#history.measures[name]?.at(-1);
    const text = newest === undefined || newest === null ? "–" : show(newest);
    setText(figure.firstElementChild.lastElementChild, text);
    set(figure.lastElementChild, {
      "aria-label": `${title} over the last minutes, now ${text}`,
    });
  }

  #plot(Plot, name, box) {
    const { times, measures } = this.#history;
    const values = measures[name];
    if (values === undefined || times.length === 0) return;
    const now = times.at(-1);
    const data = [
      times.map((time) => (time - now) / 1000),
      times.map((_, i) => values[i] ?? null),
    ];
    const known = this.#plots.get(name);
    if (known !== undefined) known.plot.setData(data);
    else {
      const plot = new Plot(optionsOf(name, box), data, box);
      this.#plots.set(name, { plot, box });
    }
  }
}

function makeFigure(name) {
  const { title } = measureOf(name);
  return h(
    "figure",
    {},
    h("figcaption", {}, h("span", { text: title }), h("strong")),
    h("div", { class: "plot", role: "img" }),
  );
}

function measureOf(name) {
  return MEASURES[name] ?? { title: words(name), show: compact };
}

function optionsOf(name, box) {
  const { show, steps } = measureOf(name);
  const colour = (variable) => colourOf(variable, box);
  const axis = {
    stroke: colour("--quiet"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  return {
    width: widthOf(box),
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: (_, min) => [Math.min(-SHORTEST_S, min), 0] },
      y: {
        range: (_, min, max) => [Math.min(0, min), Math.max(1, max * 1.05)],
      },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 60,
        values: (_, ticks) => ticks.map(ago),
      },
      {
        ...axis,
        size: 78,
        ...(steps === undefined ? {} : { incrs: steps }),
        space: 28,
        values: (_, ticks) => ticks.map((tick) => show(tick)),
      },
    ],
    series: [
      {},
      {
        stroke: colour("--accent"),
        fill: colour("--tint"),
        width: 2,
        points: { show: false },
      },
    ],
  };
}

/** "2 min ago", short. */
function ago(seconds) {
  if (seconds === 0) return "now";
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

/** The colour that a variable of the style sheet has now: a canvas knows no variables. */
function colourOf(variable, box) {
  const probe = h("span");
  probe.style.color = `var(${variable})`;
  box.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function widthOf(box) {
  return Math.max(160, box.clientWidth);
}
