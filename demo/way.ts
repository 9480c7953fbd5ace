import type { Answer, Crew } from "./crew.ts";
import type { SourceFile } from "./source_file.ts";

/** A way to get the parts of a file to other processes. */
export interface Way {
  /** How the table calls it. */
  readonly name: string;
  /** What each process runs. */
  readonly program: string;
  /** What each process may do: flags of `deno run`. */
  readonly permissions: readonly string[];
  /** Does the work with processes that are ready. */
  readonly work: (source: SourceFile, crew: Crew) => Promise<Done>;
}

/** What came of it. */
export interface Done {
  /** Answers of the processes, in the order of the parts. */
  readonly answers: readonly Answer[];
  /** How many bytes this process copied. */
  readonly copied: number;
  /** How many bytes of memory the processes shared. */
  readonly shared: number;
}
