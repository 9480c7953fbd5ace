/**
 * Two hosts with a cable between them: network namespaces, each with a media driver
 * of its own. They are removed, however the test ends.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { startDriver, type TestDriver } from "./aeron_driver.ts";
import { run } from "../deno.ts";
import { NAME_PREFIX } from "../names.ts";

/** The hosts, and the cable. */
export interface TwoMachines extends AsyncDisposable {
  readonly near: TestDriver;
  readonly far: TestDriver;
  /** Address of the far host. */
  readonly address: string;
  /** Address of the near host. */
  readonly nearAddress: string;
  /** Pulls the cable out. */
  unplug(): Promise<void>;
  /** Puts it in again. */
  plug(): Promise<void>;
}

/** What the hosts are told. */
export interface TwoMachinesOptions {
  /** The part of packets that is lost, both ways, 0 to 1. */
  readonly loss: number;
  /** With an archive on the near host. */
  readonly archive?: boolean;
}

const NEAR = "10.213.77.1";
const FAR = "10.213.77.2";

/** Makes both hosts. */
export async function twoMachines(
  { loss, archive = false }: TwoMachinesOptions,
): Promise<TwoMachines> {
  await using undo = new AsyncDisposableStack();
  const random = crypto.randomUUID().slice(0, 8);
  const [near, far] = ["near", "far"]
    .map((side) => `${NAME_PREFIX}${Deno.pid}-${random}-${side}`);
  for (const name of [near, far]) {
    await ip("netns", "add", `${name}`);
    undo.defer(() => ip("netns", "del", `${name}`));
    await ip("-n", `${name}`, "link", "set", "lo", "up");
  }
  // The other end goes with the first one.
  const pair = "link add cable type veth peer name cable netns".split(" ");
  await ip("-n", `${near}`, ...pair, `${far}`);
  for (const [name, address] of [[near, NEAR], [far, FAR]]) {
    await ip("-n", `${name}`, "addr", "add", `${address}/24`, "dev", "cable");
    await ip("-n", `${name}`, "link", "set", "cable", "up");
  }
  const start = async (name: string | undefined, withArchive: boolean) =>
    undo.use(
      await startDriver({
        launcher: ["ip", "netns", "exec", `${name}`],
        termLength: "1m",
        archive: withArchive,
        properties: lossProperties(loss),
      }),
    );
  const drivers = {
    near: await start(near, archive),
    far: await start(far, false),
  };
  const cable = (state: string) =>
    ip("-n", `${near}`, "link", "set", "cable", state);
  const owned = undo.move();
  return {
    ...drivers,
    address: FAR,
    nearAddress: NEAR,
    unplug: () => cable("down"),
    plug: () => cable("up"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * The driver's own generator of losses: not every kernel has `tc netem`. What is
 * received is dropped, data, setup and requests for what is missing.
 */
function lossProperties(loss: number): Record<string, string> {
  const ext = "io.aeron.driver.ext";
  return {
    "aeron.receive.channel.endpoint.supplier":
      `${ext}.DebugReceiveChannelEndpointSupplier`,
    "aeron.send.channel.endpoint.supplier":
      `${ext}.DebugSendChannelEndpointSupplier`,
    "aeron.debug.receive.data.loss.rate": `${loss}`,
    "aeron.debug.receive.data.loss.seed": "77",
    "aeron.debug.send.control.loss.rate": `${loss}`,
    "aeron.debug.send.control.loss.seed": "78",
    "aeron.debug.receive.control.loss.rate": `${loss}`,
    "aeron.debug.receive.control.loss.seed": "79",
  };
}

async function ip(...args: string[]): Promise<void> {
  const { code, stderr } = await run(["ip", ...args]);
  assertEquals(code, 0, `ip ${args.join(" ")}: ${stderr}`);
}
