/**
 * What the machine allows, and how much of it is used.
 *
 * @module
 */

import { byId, h, keep, set, setText } from "./dom.js";
import { bytes, count, percent } from "./format.js";

/** From here on a limit is near. */
const NEAR = 0.9;

/** Shows the limits. */
export function showMachine(limits) {
  const body = byId("machine-body");
  keep(
    body,
    limits,
    ({ name }) => name,
    ({ name }) =>
      h(
        "div",
        { class: "limit" },
        h("span", { text: name }),
        h("strong"),
        h("meter", { min: 0, max: 1, high: NEAR, "aria-label": name }),
      ),
    (row, { limit, used, unit }) => {
      const [, figure, meter] = row.children;
      const show = unit === "bytes" ? bytes : count;
      const hasUse = used !== undefined && limit > 0;
      setText(
        figure,
        used === undefined
          ? show(limit)
          : `${show(used)} of ${show(limit)} (${percent(used, limit)})`,
      );
      set(meter, { hidden: hasUse ? undefined : "" });
      meter.value = hasUse ? used / limit : 0;
    },
  );
}
