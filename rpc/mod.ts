/**
 * Calls between processes of one machine: a function in one is called from
 * another, with any number of clients and of calls at once; Linux.
 *
 * @example Call a function in another process
 * ```ts
 * import { Client, Server } from "@shmem/shmem/rpc";
 *
 * const name = `/adder-${crypto.randomUUID()}`;
 * await using server = Server.listen(name, (request) => {
 *   if (!Array.isArray(request)) throw new TypeError("numbers, please");
 *   return request.reduce((sum, each) => sum + each, 0);
 * });
 * await using client = await Client.connect(name); // another process
 * console.log(await client.call([1, 2, 3])); // 6
 * ```
 *
 * @module
 */

export { Server } from "./server/server.ts";
export type {
  CallContext,
  Handler,
  ServerOptions,
} from "./server/server_options.ts";
export { Client } from "./client/client.ts";
export type { ClientOptions } from "./client/client_options.ts";
export type { CodecName } from "./wire/codec.ts";
export type { Place } from "../store/object/place.ts";
export type { WaitOptions } from "../memory/waiting/wait_options.ts";
