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
  const record = new Trade64(bytes);
  const byHand = best(count, () => {
    for (let i = 0; i < count; i++) {
      record.moveTo(i * 64);
      record.total = record.price * 1.5;
      record.quantity = i;
      record.price = i + record.quantity;
    }
  });
  const bare = new Bare64(bytes);
  const unchecked = best(count, () => {
    for (let i = 0; i < count; i++) {
      bare.moveTo(i * 64);
      bare.total = bare.price * 1.5;
      bare.quantity = i;
      bare.price = i + bare.quantity;
    }
  });
  return [
    line(
      "struct: the same, beside a class written by hand for it",
      ours,
      byHand,
    ),
    line(
      "struct: that class without any check of values and places, beside a DataView",
      unchecked,
      theirs,
    ),
    line(
      "struct: a record with 2 reads and 3 writes, beside a DataView",
      ours,
      theirs,
      { atMost: 1.3 },
    ),
  ];
}

/** The least that an object with accessors can cost: nothing is checked. */
class Bare64 {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer);
  }

  moveTo(offset: number): void {
    this.#at = offset;
  }

  get quantity(): number {
    return this.#view.getUint32(this.#at + 4, true);
  }

  set quantity(value: number) {
    this.#view.setUint32(this.#at + 4, value, true);
  }

  get price(): number {
    return this.#view.getFloat64(this.#at + 8, true);
  }

  set price(value: number) {
    this.#view.setFloat64(this.#at + 8, value, true);
  }

  set total(value: number) {
    this.#view.setFloat64(this.#at + 16, value, true);
  }
}

/** What a view costs at least that moves and has accessors: offsets are literals. */
class Trade64 {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer);
  }

  moveTo(offset: number): void {
    if (!(offset >= 0 && offset <= this.#view.byteLength - 64)) {
      throw new RangeError("It does not fit");
    }
    this.#at = offset;
  }

  get quantity(): number {
    return this.#view.getUint32(this.#at + 4, true);
  }

  set quantity(value: number) {
    if (!(Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff)) {
      throw new RangeError("It does not fit");
    }
    this.#view.setUint32(this.#at + 4, value, true);
  }

  get price(): number {
    return this.#view.getFloat64(this.#at + 8, true);
  }

  set price(value: number) {
    if (typeof value !== "number") throw new TypeError("It is no number");
    this.#view.setFloat64(this.#at + 8, value, true);
  }

  set total(value: number) {
    if (typeof value !== "number") throw new TypeError("It is no number");
    this.#view.setFloat64(this.#at + 16, value, true);
  }
}
