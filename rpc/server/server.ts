import { forEachBatch } from "../../channel/ends/message_reader.ts";
import { type Message, type Receiver, Sender } from "../../channel/mod.ts";
import { describe } from "../../memory/checks/integers.ts";
import { requireStack } from "../../memory/checks/stack_room.ts";
import { giveTurn } from "../../memory/waiting/turns.ts";
import type { CheckedPlace, Place } from "../../store/object/place.ts";
import { Answering, type AnswerParts } from "./answering.ts";
import { encodeError } from "../wire/errors.ts";
import {
  BYE,
  CALL,
  CANCEL,
  clientOf,
  CREDIT,
  ERROR,
  HELLO,
  isRequest,
  readWord,
  replyPlace,
  REQUEST_HEAD,
  REQUEST_PART,
  STREAM,
  WELCOME,
} from "../wire/frames.ts";
import { tryRemove } from "../wire/ignore_missing.ts";
import { goOnWithout } from "./departure.ts";
import { Lanes } from "./lanes.ts";
import { noRoom, otherCodec, tooLong } from "./refusals.ts";
import {
  type Handler,
  type Limits,
  readServerOptions,
  readServerPlace,
  type ServerOptions,
} from "./server_options.ts";
import { ServerTasks } from "./server_tasks.ts";
import { TurnedAway } from "./turned_away.ts";
import { Visitor } from "./visitor.ts";
import { Wakes } from "./wakes.ts";

/** How often it looks for clients that have died. */
const LOOK_MS = 500;

/**
 * Answers calls of other processes on this machine; Linux.
 *
 * Many clients call at once, and answers go out as they are ready. Requests and
 * answers have any length. A client that dies has its calls aborted.
 *
 * @example A server and a client
 * ```ts
 * import { Client, Server } from "@shmem/shmem/rpc";
 *
 * const name = `/prices-${crypto.randomUUID()}`;
 * await using server = Server.listen(name, (request) => ({ echo: request }));
 * await using client = await Client.connect(name); // another process
 * console.log(await client.call("ACME")); // { echo: "ACME" }
 * ```
 */
export class Server implements AsyncDisposable {
  readonly #lanes: Lanes;
  readonly #parts: AnswerParts;
  readonly #limits: Limits;
  readonly #place: CheckedPlace;
  readonly #visitors = new Map<number, Visitor>();
  readonly #tasks = new ServerTasks(() => this.#end());
  readonly #wakes = new Wakes();
  readonly #turnedAway = new TurnedAway(LOOK_MS, this.#wakes);
  readonly #timer: ReturnType<typeof setInterval>;
  #closed = false;

  private constructor(
    place: CheckedPlace,
    parts: AnswerParts,
    { limits, lanes }: ReturnType<typeof readServerOptions>,
  ) {
    this.#lanes = new Lanes(place, lanes, limits.clients);
    this.#place = place;
    this.#parts = parts;
    this.#limits = limits;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    // A server that has nothing else to do may end.
    Deno.unrefTimer(Number(this.#timer));
    for (const lane of this.#lanes.receivers) this.#receiveFrom(lane);
  }

  /**
   * Starts to answer calls.
   *
   * @param place A name, or `{ path }`; one that a killed server left, too. Names
   * with `.lane1`, `.lane2` and so on behind it are the server's own.
   * @param handler Answers one call; many run at once.
   * @param options How values become bytes, and so on.
   * @returns The server.
   * @throws {Deno.errors.AlreadyExists} When one is there already (EEXIST).
   */
  static listen(
    place: Place,
    handler: Handler,
    options?: ServerOptions,
  ): Server {
    const read = readServerOptions(options);
    const checked = readServerPlace(place);
    if (typeof handler !== "function") {
      throw new TypeError(
        `Cannot listen: it takes a function that answers: received ${
          describe(handler)
        }`,
      );
    }
    return new Server(checked, { handler, codec: read.codec }, read);
  }

  /** Its name with a slash, or its path. */
  get name(): string {
    return this.#place.name;
  }

  /** How many clients there are. */
  get clients(): number {
    return this.#visitors.size;
  }

  /**
   * Ends: calls that are being answered are aborted, clients are told, and the
   * name is removed. Harmless when that was done before.
   */
  async close(): Promise<void> {
    this.#end();
    await this.#tasks.ended.catch(() => {});
  }

  /**
   * Settles when the server has ended. Rejects when it ended by itself, because
   * another program overwrote one of its rings: clients are told, and the name is
   * removed, as by {@linkcode Server.close}.
   */
  get finished(): Promise<void> {
    return this.#tasks.ended;
  }

  /** The same as {@linkcode Server.close}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #receiveFrom(lane: Receiver): void {
    void this.#tasks.run(() => this.#serve(lane));
  }

  #end(): void {
    if (this.#closed) return;
    requireStack("close parts");
    this.#closed = true;
    clearInterval(this.#timer);
    for (const [client] of this.#visitors) this.#drop(client);
    this.#turnedAway.leaveAll();
    this.#lanes.close();
  }

  async #serve(lane: Receiver): Promise<void> {
    const take = (message: Message) => this.#take(message);
    const answer = (batch: Message[]) => this.#wakes.together(batch, take);
    while (!this.#closed) {
      try {
        await forEachBatch(lane, answer);
      } catch (error) {
        // It was closed; or the ring is corrupt.
        if (this.#closed || lane.closed) return;
        await goOnWithout(error);
      }
    }
  }

  #take(message: Message): void {
    const { typeId, bytes: frame } = message;
    // A handler closed it; the rest of the batch is for nobody.
    if (this.#closed || frame.byteLength < REQUEST_HEAD) return;
    const client = clientOf(frame);
    const call = readWord(frame, 8);
    const bytes = frame.subarray(REQUEST_HEAD);
    if (typeId === HELLO) return this.#welcome(client, bytes);
    const visitor = this.#visitors.get(client);
    // It has gone, or was never there.
    if (visitor === undefined) return;
    if (visitor.held?.push(message) !== undefined) return;
    const isFull = visitor.underWay >= this.#limits.calls;
    if (isFull && isRequest(typeId)) {
      visitor.held = [message];
      void this.#tasks.run(() => this.#judge(client, visitor));
      return;
    }
    switch (typeId) {
      case REQUEST_PART:
        if (visitor.addPart(call, bytes, this.#limits.longest)) return;
        return this.#refuse(visitor, call);
      case CALL:
      case STREAM: {
        const whole = visitor.whole(call, bytes, this.#limits.longest);
        if (whole === undefined) return this.#refuse(visitor, call);
        if (visitor.answering.has(call)) return;
        return new Answering(visitor, call, this.#parts).answer(whole, typeId);
      }
      case CANCEL:
        visitor.forgetParts(call);
        visitor.answering.get(call)?.abort(
          new DOMException("The client cancelled the call", "AbortError"),
        );
        return;
      case CREDIT:
        visitor.answering.get(call)?.addCredit(readWord(frame, 12));
        return;
      case BYE:
        this.#drop(client);
    }
  }

  /** Opens the channel of a client that has come. */
  #welcome(client: number, bytes: Uint8Array): void {
    if (this.#visitors.has(client)) return;
    let sender: Sender;
    try {
      // Its place is made here, so that no message can name another object.
      sender = Sender.open(replyPlace(this.#place, client));
    } catch {
      // It has gone already.
      return;
    }
    // From here on the name is of no use, and cannot be left behind.
    tryRemove(() => sender.unlink());
    if (this.#visitors.size >= this.#limits.clients) this.#dropDead();
    if (this.#visitors.size >= this.#limits.clients) {
      const error = noRoom(this.name, this.#limits.clients);
      void this.#turnedAway.tell(client, sender, error);
      return;
    }
    const visitor = new Visitor(
      client,
      sender,
      this.#wakes,
      () => this.#drop(client),
    );
    this.#visitors.set(client, visitor);
    this.#makeRoom();
    const codec = new TextDecoder().decode(bytes);
    const own = this.#parts.codec.name;
    if (codec === own) {
      void visitor.send(0, WELCOME, "");
      return;
    }
    const error = otherCodec(this.name, own, codec);
    void visitor.send(0, ERROR, encodeError(error));
  }

  #refuse(visitor: Visitor, call: number): void {
    const error = tooLong(this.name, this.#limits.longest);
    void visitor.send(call, ERROR, encodeError(error));
  }

  #look(): void {
    this.#dropDead();
    this.#turnedAway.leaveLate();
    // What was in the way may have gone; who waits for room is not heard.
    this.#makeRoom();
  }

  #makeRoom(): void {
    const added = this.#lanes.addFor(this.#visitors.size);
    if (added !== undefined) this.#receiveFrom(added);
  }

  #dropDead(): void {
    for (const [client, visitor] of this.#visitors) {
      if (!visitor.isThere) this.#drop(client);
    }
  }

  /**
   * Leaves a client that does not read its answers, or asks without end. In a new
   * turn: those whose answers it has read may have been counted still.
   */
  async #judge(client: number, visitor: Visitor): Promise<void> {
    await giveTurn();
    const held = visitor.held ?? [];
    visitor.held = undefined;
    if (this.#visitors.get(client) !== visitor) return;
    if (visitor.underWay >= this.#limits.calls) return this.#drop(client);
    for (const message of held) this.#take(message);
  }

  #drop(client: number): void {
    const visitor = this.#visitors.get(client);
    if (visitor === undefined) return;
    this.#visitors.delete(client);
    visitor.leave();
  }
}
