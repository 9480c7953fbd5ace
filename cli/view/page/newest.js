/**
 * The newest value or message, in the form that the reader wants.
 *
 * @module
 */

import { h, keep, set, setText } from "./dom.js";
import { bytes, count } from "./format.js";

const FORMS = [
  ["fields", "Fields"],
  ["json", "JSON"],
  ["text", "Text"],
  ["hex", "Hex"],
];

/** Shows a value. */
export class Newest {
  #title = h("h3");
  #note = h("p", { class: "note" });
  #value = h("pre", { tabindex: "0", "aria-label": "The value" });
  #forms = h("div", {
    class: "forms",
    role: "group",
    "aria-label": "Form of the value",
  });
  #chosen = "";
  #newest;
  /** What to put into the page. */
  element = h(
    "section",
    { hidden: "" },
    this.#title,
    this.#forms,
    this.#note,
    this.#value,
  );

  /** Shows another value; nothing: there is none. */
  show(newest) {
    this.#newest = newest;
    set(this.element, { hidden: newest === undefined ? "" : undefined });
    if (newest !== undefined) this.#draw(newest);
  }

  #draw(newest) {
    const forms = FORMS.filter(([form]) => newest[form] !== undefined);
    const [[first]] = forms;
    const chosen = forms.some(([form]) => form === this.#chosen)
      ? this.#chosen
      : first;
    keep(
      this.#forms,
      forms,
      ([form]) => form,
      ([form, text]) =>
        h("button", {
          type: "button",
          text,
          onclick: () => {
            this.#chosen = form;
            if (this.#newest !== undefined) this.#draw(this.#newest);
          },
        }),
      (button, [form]) => set(button, { "aria-pressed": form === chosen }),
    );
    setText(this.#title, newest.what);
    setText(this.#note, noteOf(newest));
    setText(this.#value, newest[chosen]);
  }
}

function noteOf({ length, shown, position, typeId, number }) {
  return [
    bytes(length),
    ...(shown < length ? [`the first ${bytes(shown)} of them`] : []),
    ...(position === undefined ? [] : [`at position ${count(position)}`]),
    ...(typeId === undefined ? [] : [`type ${typeId}`]),
    ...(number === undefined ? [] : [`number ${count(number)}`]),
  ].join(" · ");
}
