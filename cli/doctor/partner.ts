/**
 * The second process of the doctor: sends back what it receives.
 *
 * ```sh
 * deno run --allow-ffi cli/doctor/partner.ts NAME
 * ```
 *
 * @module
 */

import { Receiver, Sender } from "../../channel/mod.ts";

const [name = ""] = Deno.args;

using back = Sender.open(`${name}-back`);
using receiver = Receiver.open(name);
for await (const { bytes, typeId } of receiver) back.trySend(bytes, { typeId });
