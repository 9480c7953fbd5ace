import type { ImageAvailable } from "./events.ts";

/** Something that a client added, as its conductor sees it. */
export interface Resource {
  /** Id of the command that added it. */
  readonly registrationId: bigint;
  /**
   * Ends it without a word to the driver, which knows, or is gone.
   *
   * @param failure Why; nothing when the client was closed.
   */
  end(failure: Error | undefined): void;
  /** The driver reports an error of it. */
  report?(error: Error): void;
}

/** A subscription, as its conductor sees it. */
export interface ImageOwner extends Resource {
  /** A publisher is there. */
  addImage(event: ImageAvailable): void;
  /** A publisher is gone. */
  removeImage(correlationId: bigint): void;
}

/** Whether it has images. */
export function hasImages(
  resource: Resource | undefined,
): resource is ImageOwner {
  return resource !== undefined && "addImage" in resource;
}
