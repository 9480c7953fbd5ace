/** What a conductor is told. */
export interface ConductorOptions {
  /** How long the driver may be silent, in milliseconds. */
  readonly driverTimeoutMs: number;
  /** Told of errors that belong to no call. */
  readonly onError: (error: Error) => void;
  /** Called once, when the client is over. */
  readonly onEnd: (failure: Error | undefined) => void;
  /** Where the driver's files are. */
  readonly directory: string;
  /** Leave the pages of logs unreserved. */
  readonly sparse: boolean;
}
