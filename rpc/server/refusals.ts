/**
 * What a server tells clients that it does not serve.
 *
 * @module
 */

/** There are as many clients as it takes. */
export function noRoom(name: string, maxClients: number): Error {
  return new Deno.errors.Busy(
    `Cannot connect to ${
      JSON.stringify(name)
    }: it has ${maxClients} clients, as many as its maxClients says`,
  );
}

/** The client would not understand it. */
export function otherCodec(name: string, own: string, asked: string): Error {
  return new TypeError(
    `Cannot connect to ${
      JSON.stringify(name)
    }: its codec is "${own}", and "${asked}" was asked for`,
  );
}

/** A request has too many bytes. */
export function tooLong(name: string, longest: number): Error {
  return new RangeError(
    `Cannot call ${JSON.stringify(name)}: a request may have ${longest} bytes`,
  );
}
