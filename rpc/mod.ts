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

export {
  type CallContext,
  type Handler,
  Server,
  type ServerOptions,
} from "./server.ts";
export { Client, type ClientOptions } from "./client.ts";
export type { CodecName } from "./codec.ts";
export type { Place } from "../store/object/place.ts";
export type { WaitOptions } from "../memory/waiting/wait_options.ts";
