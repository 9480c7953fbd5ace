/**
 * What to do when there is no further message: fail, end, or look again, because
 * something has changed meanwhile. It is decided when it is asked for, after
 * what was sent before was received.
 */
export type Outcome = () => Error | "end" | "again";
