/**
 * The same as `tests/struct/languages_test.ts` over many layouts, others in
 * each run unless `SHMEM_TEST_SEED` says which.
 *
 * @module
 */

import { needing } from "../../helpers/needs.ts";
import {
  assertPrinted,
  casesOf,
  CC,
  cProgram,
  inBytesOnly,
  memoryOf,
  numpyPrinted,
  numpyProgram,
  printedBy,
  RUSTC,
  rustProgram,
} from "../../helpers/struct/foreign_layouts.ts";
import { SEED } from "../../helpers/seed.ts";
import { sampleLayouts } from "../../helpers/struct/random_layouts.ts";

Deno.test(needing(
  ["cc", "rustc", "numpy", "native"],
  `C, Rust and numpy find all fields of 200 random layouts, seed ${SEED}`,
  async () => {
    const cases = casesOf(sampleLayouts(200, SEED));
    const memory = memoryOf(cases);
    assertPrinted(
      "C",
      cases,
      await printedBy(CC, ".c", cProgram(cases), memory),
    );
    assertPrinted(
      "numpy",
      cases,
      await numpyPrinted(numpyProgram(cases), memory),
    );
    assertPrinted(
      "Rust",
      cases,
      await printedBy(
        RUSTC,
        ".rs",
        rustProgram(cases),
        memory,
      ),
      inBytesOnly,
    );
  },
));
