import { f64, struct, u32 } from "../../struct/mod.ts";
import type { Line } from "../report.ts";
import { best, line } from "./lines.ts";

/** 64 bytes a record, 20 000 of them: two reads and three writes each. */
export function structs(): Line[] {
  const Trade = struct({
    id: u32,
    quantity: u32,
    price: f64,
    total: f64,
  }, { align: 64 });
  const count = 20_000;
  const bytes = new Uint8Array(count * Trade.size);
  const view = Trade.at(bytes);
  const plain = new DataView(bytes.buffer);
  const ours = best(count, () => {
    for (let i = 0; i < count; i++) {
      view.moveTo(i * 64);
      view.total = view.price * 1.5;
      view.quantity = i;
      view.price = i + view.quantity;
    }
  });
  const theirs = best(count, () => {
    for (let i = 0; i < count; i++) {
      const at = i * 64;
      plain.setFloat64(at + 16, plain.getFloat64(at + 8, true) * 1.5, true);
      plain.setUint32(at + 4, i, true);
      plain.setFloat64(at + 8, i + plain.getUint32(at + 4, true), true);
    }
  });
  return [
    line(
      "struct: a record with 2 reads and 3 writes, beside a DataView",
      ours,
      theirs,
      { atMost: 1.3 },
    ),
  ];
}
