import type { Crew } from "./crew.ts";
import type { Job } from "./jobs.ts";
import type { SourceFile } from "./source_file.ts";

/** A way to get bytes to other processes. */
export interface Way {
  /** How the table calls it. */
  readonly name: string;
  /** What each process runs. */
  readonly program: string;
  /** What each process may do: flags of `deno run`. */
  readonly permissions: readonly string[];
  /** Prepares what the processes need before they start, if anything. */
  open(): Opened;
}

/** A way that is ready for processes. */
export interface Opened extends AsyncDisposable {
  /** Arguments of the processes, after the name of the job. */
  readonly args: string[];
  /** Waits until all processes are connected. */
  connect(crew: Crew): Promise<void>;
  /** Does the work with processes that are ready. */
  work(job: Job, source: SourceFile, crew: Crew): Promise<Done>;
}

/** What came of it. */
export interface Done {
  /** Results of the processes: a line each round, one list for each process. */
  readonly results: readonly (readonly string[])[];
  /** How many bytes all processes copied. */
  readonly copied: number;
  /** How many bytes of memory the processes shared. */
  readonly shared: number;
}
