/**
 * Elements made from data: text is always text, never markup.
 *
 * @module
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element of HTML.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [properties] `text`, listeners (`onclick`), or attributes
 * @param {...(Node | string)} children
 */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** Makes an element of SVG, in the same way. */
export function s(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

/** Changes attributes, and nothing that is as it should be. */
export function set(element, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") setText(element, String(value));
    else if (name.startsWith("on")) element[name] = value;
    else if (value === undefined || value === false) {
      element.removeAttribute(name);
    } else if (element.getAttribute(name) !== String(value)) {
      element.setAttribute(name, String(value));
    }
  }
  return element;
}

/** Changes a text unless it is the same: a selection in it stays. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The element of this page that has an id. */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no #${id}`);
  return element;
}

/**
 * Makes the children of an element those of some items: elements stay with their
 * item, so that focus and scrolling do, too.
 *
 * @param {Element} parent
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => Element} create
 * @param {(element: Element, item: T) => void} update
 * @template T
 */
export function keep(parent, items, keyOf, create, update) {
  const old = new Map();
  for (const child of parent.children) old.set(child.dataset.key, child);
  let previous = null;
  for (const item of items) {
    const key = keyOf(item);
    let element = old.get(key);
    if (element === undefined) {
      element = create(item);
      element.dataset.key = key;
    } else old.delete(key);
    update(element, item);
    const next = previous === null
      ? parent.firstElementChild
      : previous.nextElementSibling;
    if (next !== element) parent.insertBefore(element, next);
    previous = element;
  }
  for (const element of old.values()) element.remove();
}

function fill(element, properties, children) {
  set(element, properties);
  element.append(...children);
  return element;
}
