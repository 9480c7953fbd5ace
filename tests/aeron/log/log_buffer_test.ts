/** Files that are to be mapped as logs. */

import { assertThrows } from "../../../deps.ts";
import { LogBuffer } from "../../../aeron/log/log_buffer.ts";
import { METADATA } from "../../../aeron/log/log_layout.ts";
import { logBytes, TERM_LENGTH } from "../../helpers/aeron/aeron_log.ts";

Deno.test("LogBuffer.open() refuses what is no log, before it reserves anything", () => {
  const path = Deno.makeTempFileSync();
  try {
    const wrongs: [number, number, string][] = [
      [METADATA.termLength, 65535, "terms have 65535"],
      [METADATA.termLength, 2 ** 30, "terms have 1073741824"],
      [METADATA.termLength, -(2 ** 31), "terms have -2147483648"],
      [METADATA.mtu, 0, "frames have 0"],
      [METADATA.mtu, 1409, "frames have 1409"],
      [METADATA.mtu, 2 ** 20, "frames have 1048576"],
      [METADATA.pageSize, 0, "pages have 0"],
      [METADATA.pageSize, 2 ** 30, "terms have 65536"],
    ];
    for (const [at, value, message] of wrongs) {
      const bytes = logBytes();
      new DataView(bytes.buffer).setInt32(3 * TERM_LENGTH + at, value, true);
      Deno.writeFileSync(path, bytes);
      assertThrows(() => LogBuffer.open(path, false), TypeError, message);
    }
    Deno.writeFileSync(path, new Uint8Array(5));
    assertThrows(
      () => LogBuffer.open(path, false),
      TypeError,
      "it has 5 bytes",
    );
  } finally {
    Deno.removeSync(path);
  }
});
