import { CHANCE, DEADLY, type Mutant, ONE, WEAK_CHANCE } from "./mutant.ts";

const LANES = "rpc/server/lanes.ts";
const LEFT = "rpc/server/left_lanes.ts";
const CALLS = "rpc/calls.ts";
const JOIN = "rpc/client/join_server.ts";

/** Servers and clients of calls. */
export const RPC_MUTANTS: readonly Mutant[] = [
  {
    fault: "a server does not look whether its ring was taken for left",
    file: LANES,
    find: "    if (!hasItsName(receiver)) {",
    replace: "    if (receiver.closed) {",
    world: ["rpc/lanes.ts", "twoStart"],
    bounds: ONE,
  },
  {
    fault: "who removes a ring does not ask whether its server lives",
    file: LEFT,
    find:
      "  if (!object.tryLock(LOCKS.receiver) || !object.isLinked) return false;",
    replace: "  if (!object.isLinked) return false;",
    world: ["rpc/lanes.ts", "twoStart"],
    bounds: ONE,
  },
  {
    fault: "who removes a ring does not look whether another did",
    file: LEFT,
    find:
      "  if (!object.tryLock(LOCKS.receiver) || !object.isLinked) return false;",
    replace: "  if (!object.tryLock(LOCKS.receiver)) return false;",
    world: ["rpc/lanes.ts", "twoStart"],
    bounds: ONE,
  },
  {
    fault: "a ring that its server was killed over stays (found here)",
    file: LEFT,
    find: "  if (!removeLeftLane(server, 0)) removeUnfinishedLane(server, 0);",
    replace: "  removeLeftLane(server, 0);",
    world: ["rpc/lanes.ts", "twoStart"],
    bounds: CHANCE,
  },
  {
    fault: "further rings are removed before the first is made (found here)",
    file: LANES,
    find: "    removeLeftServer(server);\n",
    replace: "    removeLeftLanes(server);\n    removeLeftServer(server);\n",
    also: {
      file: LANES,
      find: "    this.#add();\n    removeLeftLanes(server);\n",
      replace: "    this.#add();\n",
    },
    world: ["rpc/lanes.ts", "twoStart"],
    bounds: CHANCE,
  },
  {
    fault: "rings are closed from the first on",
    file: LANES,
    find: "    for (const receiver of this.#receivers) {\n      all.use",
    replace:
      "    for (const receiver of this.#receivers.toReversed()) {\n      all.use",
    world: ["rpc/lanes.ts", "oneEnds"],
    bounds: DEADLY,
  },
  {
    fault: "a client fails when its server is replaced (found here)",
    file: JOIN,
    find: '    if (isForeign(error) || isNotYet(error)) return "nobody";\n',
    replace: "",
    world: ["rpc/lanes.ts", "oneJoins"],
    bounds: CHANCE,
  },
  {
    fault: "a client joins what a killed server left",
    file: "channel/membership/ring_room.ts",
    find:
      "  return control.receiver === RECEIVER.open && object.isLocked(LOCKS.receiver);",
    replace: "  return control.receiver === RECEIVER.open && object.size > 0;",
    world: ["rpc/lanes.ts", "oneJoins"],
    bounds: CHANCE,
  },
  {
    fault:
      "a ring that was finished meanwhile is taken for foreign on aarch64 (found here)",
    file: "channel/carrier/ring_channel.ts",
    find: "  Atomics.store(order, 0, 0);\n",
    replace: "",
    world: ["rpc/lanes.ts", "oneJoins"],
    bounds: WEAK_CHANCE,
  },
  {
    fault: "a client is not woken for its answer",
    file: "rpc/server/visitor.ts",
    find: "        if (receiverSleeps(this.#sender)) this.#wakes.wake(this);\n",
    replace: "",
    world: [CALLS, "oneCalls"],
    bounds: ONE,
  },
  {
    fault: "the name of a client's ring stays",
    file: "rpc/server/server.ts",
    find: "    tryRemove(() => sender.unlink());\n",
    replace: "",
    world: [CALLS, "oneCalls"],
    bounds: ONE,
  },
  {
    fault: "calls are not told that the server has ended",
    file: "rpc/client/client.ts",
    find: "    this.#calls.failAll(error);\n",
    replace: "",
    world: [CALLS, "serverDies"],
    bounds: CHANCE,
  },
  {
    fault: "a client that is not welcomed does not look for the server",
    file: "rpc/client/client.ts",
    find: "      if (sender.hasReceiver) return;",
    replace: "      if (!sender.closed) return;",
    world: [CALLS, "serverDies"],
    bounds: CHANCE,
  },
  {
    fault: "a client whose server ends before it answers waits for no other",
    file: "rpc/client/client.ts",
    find: "        if (!hasEnded) throw error;",
    replace: "        if (hasEnded) throw error;",
    world: [CALLS, "serverDies"],
    bounds: CHANCE,
  },
  {
    fault: "a client that is not welcomed leaves the name of its ring",
    file: "rpc/client/client.ts",
    find: "    undo.defer(() => ignoreMissing(() => receiver.unlink()));\n",
    replace: "",
    world: [CALLS, "serverDies"],
    bounds: CHANCE,
  },
  {
    fault: "a dead client keeps its place until the next look",
    file: "rpc/server/server.ts",
    find:
      "    if (this.#visitors.size >= this.#limits.clients) this.#dropDead();\n",
    replace: "",
    world: [CALLS, "clientDies"],
    bounds: DEADLY,
  },
];
