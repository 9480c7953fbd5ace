import { COMMAND } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";
import type { ImageAvailable } from "../conductor/events.ts";
import { openLog } from "../conductor/log_place.ts";
import type { ImageOwner } from "../conductor/resource.ts";
import { CounterValue } from "../cnc/counter_value.ts";
import { closeImage, Image, IMAGE_SECRET } from "./image.ts";

/** Who is told of publishers that come and go. */
export interface ImageEvents {
  /** Called when a publisher is there. */
  readonly onAvailableImage?: ((image: Image) => void) | undefined;
  /**
   * Called when a publisher is gone; the image still tells its position, and whether the
   * stream ended there.
   */
  readonly onUnavailableImage?: ((image: Image) => void) | undefined;
}

/** The images of a subscription, as the driver announces them. */
export class ImageSet implements ImageOwner {
  readonly registrationId: bigint;
  readonly #conductor: Conductor;
  readonly #events: ImageEvents;
  readonly #sparse: boolean | undefined;
  #list: readonly Image[] = [];
  #seen = 0;
  #closed = false;
  #failure: Error | undefined;
  /** Told when it is over. */
  onEnd: (() => void) | undefined;

  constructor(
    conductor: Conductor,
    registrationId: bigint,
    events: ImageEvents,
    sparse: boolean | undefined,
  ) {
    this.#conductor = conductor;
    this.registrationId = registrationId;
    this.#events = events;
    this.#sparse = sparse;
  }

  /** The images; a new array each time that they change. */
  get list(): readonly Image[] {
    return this.#list;
  }

  /** How many there have been. */
  get seen(): number {
    return this.#seen;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Does what is due in the client. */
  serve(): void {
    this.#conductor.serve();
  }

  addImage(event: ImageAvailable): void {
    if (this.#closed) return;
    const { correlationId } = event;
    if (this.#list.some((image) => image.correlationId === correlationId)) {
      return;
    }
    let image: Image;
    try {
      image = this.#open(event);
    } catch (error) {
      // The driver deletes the log of a publisher that is gone without asking.
      if (error instanceof Deno.errors.NotFound) return;
      this.#fail(error);
      return;
    }
    this.#list = [...this.#list, image];
    this.#seen++;
    this.#tell(this.#events.onAvailableImage, image);
  }

  removeImage(correlationId: bigint): void {
    const image = this.#list.find((image) =>
      image.correlationId === correlationId
    );
    if (image === undefined) return;
    this.#list = this.#list.filter((each) => each !== image);
    this.#closeImage(image);
    this.#tell(this.#events.onUnavailableImage, image);
  }

  end(failure: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failure = failure;
    const images = this.#list;
    this.#list = [];
    for (const image of images) this.#closeImage(image);
    for (const image of images) {
      this.#tell(this.#events.onUnavailableImage, image);
    }
    this.onEnd?.();
  }

  /** Closes it, and tells the driver. */
  close(): void {
    if (this.#closed) return;
    const fields = [{ i64: this.registrationId }];
    this.#conductor.remove(this, COMMAND.removeSubscription, fields);
    this.end(undefined);
  }

  #closeImage(image: Image): void {
    try {
      closeImage(image);
    } catch (error) {
      // Its buffer was given away, and the pages stay.
      this.#conductor.report(error);
    }
  }

  #open(event: ImageAvailable): Image {
    const conductor = this.#conductor;
    using undo = new DisposableStack();
    const log = undo.use(openLog(conductor, event.logFile, this.#sparse));
    const { values } = conductor.cnc;
    const counter = new CounterValue(values, event.positionCounterId);
    const image = new Image(IMAGE_SECRET, { event, log, counter, conductor });
    undo.move();
    return image;
  }

  /**
   * Closes the subscription because an image cannot be read, for want of room most
   * likely: if it stayed open without reading it would hold the publisher up.
   */
  #fail(error: unknown): void {
    const failure = error instanceof Error ? error : new Error(String(error));
    const fields = [{ i64: this.registrationId }];
    this.#conductor.remove(this, COMMAND.removeSubscription, fields);
    this.end(failure);
    this.#conductor.report(failure);
  }

  #tell(handler: ((image: Image) => void) | undefined, image: Image): void {
    try {
      handler?.(image);
    } catch (error) {
      this.#conductor.report(error);
    }
  }
}
