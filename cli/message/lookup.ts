import type { Lookup } from "../filter/expression.ts";
import type { Followed } from "../watching/followed.ts";
import type { Seen } from "../watching/watched.ts";
import type { Payload } from "./payload.ts";
import { keyText } from "./show.ts";

/** Names that an expression knows, whatever is in the message. */
const KNOWN: Readonly<
  Record<string, (from: Followed, seen: Seen, payload: Payload) => unknown>
> = {
  type: (_, { typeId }) => typeId,
  length: (_, { bytes }) => bytes.length,
  name: ({ name }) => name,
  number: (_, { number }) => number,
  position: (_, { position }) => position,
  event: (_, { event }) => event,
  attempts: (_, { attempts }) => attempts,
  key: (_, { key }) => key === undefined ? undefined : keyText(key),
  text: (_from, _seen, payload) => payload.anyText,
  hex: (_from, _seen, payload) => payload.hex,
  value: (_from, _seen, payload) => payload.value,
};

/** The names of {@linkcode lookupOf}, for the help. */
export const KNOWN_NAMES: readonly string[] = Object.keys(KNOWN);

/** What names mean in an expression over a message: these, else fields of its value. */
export function lookupOf(from: Followed, seen: Seen, payload: Payload): Lookup {
  return (name) => {
    if (Object.hasOwn(KNOWN, name)) return KNOWN[name]?.(from, seen, payload);
    const { value } = payload;
    if (typeof value !== "object" || value === null) return undefined;
    return Object.getOwnPropertyDescriptor(value, name)?.value;
  };
}
