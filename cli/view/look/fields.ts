import type { LoadedStruct } from "../../arguments/struct.ts";
import { showValue } from "../../commands/look/struct_lines.ts";
import type { Fields } from "./forms.ts";

/** Shows values by a struct, a field a line; nothing when they are too short. */
export function fieldsBy(struct: LoadedStruct): Fields {
  return (bytes) => {
    if (bytes.byteLength < struct.size) return undefined;
    const values = Object.entries(struct.at(bytes).read());
    const width = Math.max(0, ...values.map(([name]) => name.length));
    return values
      .map(([name, value]) => `${name.padEnd(width)}  ${showValue(value)}`)
      .join("\n");
  };
}
