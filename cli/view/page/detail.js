/**
 * All that is known of the selected object.
 *
 * @module
 */

import { Band } from "./drawing/band.js";
import { Curves } from "./drawing/curves.js";
import { byId, h, keep, set, setText } from "./dom.js";
import { bytes, count, duration, kindName, words } from "./format.js";
import { Newest } from "./newest.js";

const LOOK_MS = 1000;

/** The part of the page that shows one object. */
export class Detail {
  #body = byId("detail-body");
  #title = byId("detail-title");
  #address = "";
  #state;
  #timer;
  #parts;

  constructor() {
    document.addEventListener("visibilitychange", () => this.#look());
  }

  /** Which object is shown; empty: none. */
  get address() {
    return this.#address;
  }

  /** Shows another object. */
  async select(address) {
    this.#address = address;
    this.#parts = undefined;
    setText(this.#title, address === "" ? "Selected" : address);
    if (address === "") {
      this.#note("Select an object to see inside.");
      return;
    }
    const history = await ask("/history", address);
    if (this.#address !== address) return;
    this.#parts = makeParts();
    this.#body.replaceChildren(...this.#parts.all);
    this.#parts.curves.start(history.answer ?? {});
    this.#draw();
    await this.#look();
  }

  /** Follows the state of everything. */
  show(state) {
    this.#state = state;
    this.#draw();
  }

  #draw() {
    const object = this.#state?.objects[this.#address];
    const parts = this.#parts;
    if (parts === undefined) return;
    if (object === undefined) {
      this.#parts = undefined;
      this.#note(`${this.#address} is gone.`);
      return;
    }
    const { measures, participants, findings } = object;
    // The closer look knows more.
    showFindings(parts.findings, parts.answer?.findings ?? findings);
    showFacts(parts.facts, factsOf(object, this.#state.processes));
    parts.band.element.hidden = object.tail === undefined;
    if (object.tail !== undefined) {
      parts.band.show(object, parts.answer?.claims ?? []);
    }
    parts.curves.element.hidden = Object.keys(measures).length === 0;
    parts.curves.add(this.#state.time, measures);
    showTable(parts.participants, participants, PARTICIPANTS);
  }

  async #look() {
    clearTimeout(this.#timer);
    const address = this.#address;
    if (address === "" || document.hidden || this.#parts === undefined) return;
    const { answer, reason } = await ask("/object", address);
    const parts = this.#parts;
    if (this.#address !== address || parts === undefined) return;
    parts.answer = answer;
    setText(parts.reason, reason ?? "");
    if (answer !== undefined) {
      showTable(parts.locks, answer.locks, LOCKS);
      showInside(parts.inside, answer.inside);
      parts.newest.show(answer.newest);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), LOOK_MS);
  }

  #note(text) {
    this.#body.replaceChildren(h("p", { class: "note", text }));
  }
}

/** Asks the server about an object. */
async function ask(path, address) {
  try {
    const response = await fetch(
      `${path}?address=${encodeURIComponent(address)}`,
    );
    return response.ok
      ? { answer: await response.json() }
      : { reason: await response.text() };
  } catch {
    return { reason: "The server does not answer" };
  }
}

function makeParts() {
  const parts = {
    findings: h("ul", { class: "findings", "aria-label": "Findings" }),
    facts: h("dl", { class: "facts" }),
    band: new Band(),
    curves: new Curves(),
    participants: tableOf("Who takes part"),
    locks: tableOf("Locks"),
    newest: new Newest(),
    inside: h("div", {}),
    reason: h("p", { class: "note" }),
  };
  const { findings, facts, band, curves, participants, locks } = parts;
  const { newest, inside, reason } = parts;
  const all = [
    findings,
    facts,
    band.element,
    curves.element,
    participants,
    locks,
    newest.element,
    inside,
    reason,
  ];
  return { ...parts, all };
}

const BAD_STATES = [
  "died",
  "aborted",
  "stopped",
  "owner-died",
  "not-recoverable",
];

const PARTICIPANTS = [
  ["Role", ({ role }) => role],
  ["Process", ({ pid }) => pid > 0 ? String(pid) : "not known"],
  ["State", ({ state }) => state],
  ["Behind", behind],
];

const LOCKS = [
  ["Lock", ({ name }) => name],
  ["Kind", ({ kind }) => kind],
  ["State", ({ state, more }) => more === "" ? state : `${state}, ${more}`],
  ["Owner", ({ owner }) => owner],
  ["Waiting", waitingOf],
];

/** Subscribers write nothing into a broadcast, so nobody can tell. */
function behind({ role, lag }) {
  if (lag !== undefined) return bytes(lag);
  return role === "subscriber" ? "it does not tell" : "";
}

/** Those that sleep in C are only known to be there. */
function waitingOf({ waiters, contended }) {
  return waiters === 0 && contended ? "somebody" : count(waiters);
}

function tableOf(caption) {
  return h(
    "table",
    { hidden: "" },
    h("caption", { text: caption }),
    h("thead", {}, h("tr")),
    h("tbody"),
  );
}

function showTable(table, rows, columns) {
  set(table, { hidden: rows.length === 0 ? "" : undefined });
  const [, head, body] = table.children;
  if (head.firstElementChild.childElementCount === 0) {
    head.firstElementChild.append(
      ...columns.map(([text]) => h("th", { scope: "col", text })),
    );
  }
  keep(
    body,
    rows.map((row, i) => ({ row, key: String(i) })),
    ({ key }) => key,
    () => h("tr", {}, ...columns.map(() => h("td"))),
    (element, { row }) => {
      const isBad = BAD_STATES.includes(row.state);
      element.classList.toggle("bad", isBad);
      columns.forEach(([, show], i) => setText(element.children[i], show(row)));
    },
  );
}

function showFindings(list, findings) {
  keep(
    list,
    findings,
    ({ text }) => text,
    ({ text }) => h("li", { text }),
    (item, { tone }) => set(item, { class: tone }),
  );
}

function showFacts(list, facts) {
  keep(
    list,
    facts,
    ([name]) => name,
    ([name]) => h("div", {}, h("dt", { text: name }), h("dd")),
    (pair, [, value]) => setText(pair.lastElementChild, value),
  );
}

function factsOf(object, processes) {
  const who = Object.entries(object.holders ?? {}).map(([pid, how]) => {
    const name = processes[pid]?.name ?? "";
    return `${name === "" ? "" : `${name} `}${pid} (${how})`;
  });
  return [
    ["Kind", kindName(object.kind)],
    ["Label", object.label],
    ["Size", bytes(object.size)],
    ["In memory", object.used === undefined ? "" : bytes(object.used)],
    ["Owner", object.owner],
    ["Mode", object.mode],
    ["Created by", object.creator > 0 ? `process ${object.creator}` : ""],
    ["Who has it", who.join(", ")],
    ["A subscriber may pause for", pauseOf(object)],
  ].filter(([, value]) => value !== "" && value !== undefined);
}

/** How long until what is written now is overwritten. */
function pauseOf({ kind, capacity, measures }) {
  const rate = measures.bytesPerSecond;
  const isBroadcast = kind === "broadcast" || kind === "agrona-broadcast";
  return isBroadcast && rate > 0 ? duration(1000 * capacity / rate) : "";
}

/** Whatever else the description has, by its names. */
function showInside(box, inside) {
  keep(
    box,
    Object.entries(inside),
    ([name]) => name,
    ([name]) =>
      h(
        "section",
        {},
        h("h3", { text: words(name) }),
        h("dl", {
          class: "facts",
        }),
      ),
    (section, [, members]) =>
      showFacts(
        section.lastElementChild,
        Object.entries(members).map(([name, value]) => [words(name), value]),
      ),
  );
}
