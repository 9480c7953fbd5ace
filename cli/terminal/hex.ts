const BYTES_PER_LINE = 16;
const HALF = BYTES_PER_LINE / 2;

/**
 * Bytes as `hexdump -C` shows them: offset, digits, text; a line of stars stands for
 * lines like the one before.
 *
 * @param start Offset of the first byte.
 */
export function* hexLines(bytes: Uint8Array, start: number): Generator<string> {
  let before = "";
  let isSkipping = false;
  for (let i = 0; i < bytes.byteLength; i += BYTES_PER_LINE) {
    const part = bytes.subarray(i, i + BYTES_PER_LINE);
    const digits = part.toHex();
    const isLast = i + BYTES_PER_LINE >= bytes.byteLength;
    if (digits === before && !isLast) {
      if (!isSkipping) yield "*";
      isSkipping = true;
      continue;
    }
    before = digits;
    isSkipping = false;
    yield lineOf(part, start + i);
  }
}

function lineOf(part: Uint8Array, offset: number): string {
  const pairs = Array.from(
    { length: BYTES_PER_LINE },
    (_, i) => part[i]?.toString(16).padStart(2, "0") ?? "  ",
  );
  const digits = `${pairs.slice(0, HALF).join(" ")}  ${
    pairs.slice(HALF).join(" ")
  }`;
  const text = Array.from(
    part,
    (byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
  ).join("");
  return `${offset.toString(16).padStart(8, "0")}  ${digits}  |${text}|`;
}
