/**
 * The ERRORS sections of mq_open(3), mq_send(3), mq_receive(3), mq_unlink(3),
 * msgget(2), msgop(2) and msgctl(2).
 *
 * @module
 */

import { assertEquals } from "../../deps.ts";
import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_NOWAIT,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MessageQueue,
  msgctl,
  msgget,
  msgrcv,
  msgsnd,
  SystemMessageQueue,
} from "../../queue/mod.ts";
import { asNobody, inIpcNamespace, withLimits } from "../helpers/limits.ts";
import { randomKey, randomName } from "../helpers/names.ts";
import { needing } from "../helpers/needs.ts";
import {
  assertSystemError,
  type Expected,
  outcomeOf,
  outcomesOf,
} from "../helpers/memory/outcomes.ts";
import {
  bytesOf,
  testQueue,
  testSystemQueue,
} from "../helpers/queue/queues.ts";

/** Ids are reused slowly, so nobody has this one. */
const NO_ID = 0x7fff_ffff;

function expectError(call: () => unknown, expected: Expected): void {
  assertSystemError(outcomeOf(call), expected);
}

Deno.test("MessageQueue.open() and unlinkName() fail with ENOENT when there is none", () => {
  const name = randomName();
  expectError(() => MessageQueue.open(name), {
    name: "NotFound",
    code: "ENOENT",
    syscall: "mq_open",
    says: [`Cannot open message queue "${name}"`, "create it first"],
  });
  expectError(() => MessageQueue.unlinkName(name), {
    name: "NotFound",
    code: "ENOENT",
    syscall: "mq_unlink",
    says: [`Cannot unlink message queue "${name}"`],
  });
});

Deno.test("MessageQueue.create() fails with EEXIST when the name is taken", () => {
  using made = testQueue();
  expectError(() => MessageQueue.create(made.name), {
    name: "AlreadyExists",
    code: "EEXIST",
    syscall: "mq_open",
    says: [`Cannot create message queue "${made.name}"`, 'ifExists: "open"'],
  });
});

Deno.test("MessageQueue.send() fails with EMSGSIZE when the message is too long, full or not", () => {
  using made = testQueue({ maxMessages: 1, maxMessageLength: 10 });
  const { queue } = made;
  const expected = {
    name: "SystemError",
    code: "EMSGSIZE",
    syscall: "mq_send",
    says: ["the message is longer than the queue allows", "maxMessageLength"],
  };
  expectError(() => queue.send(new Uint8Array(11)), expected);
  queue.send(new Uint8Array(10));
  expectError(() => queue.trySend(new Uint8Array(11)), expected);
});

Deno.test(needing(
  ["root", "setpriv"],
  "MessageQueue.create() fails with EINVAL above the system's limits, and names them",
  async () => {
    const { many, long } = await outcomesOf(
      `
      import { MessageQueue } from "queue/mod.ts";
      attempt("many", () => MessageQueue.create("/x", { maxMessages: 60000 }));
      attempt("long", () => MessageQueue.create("/x", { maxMessageLength: 2 ** 24 }));
      `,
      asNobody,
    );
    for (const outcome of [many, long]) {
      assertSystemError(outcome, {
        name: "SystemError",
        code: "EINVAL",
        syscall: "mq_open",
        says: ["were asked for", "fs.mqueue.msg_max", "fs.mqueue.msgsize_max"],
      });
    }
  },
));

Deno.test(needing(
  ["prlimit"],
  "MessageQueue.create() fails with EMFILE above `ulimit -q`, and names it",
  async () => {
    const { create } = await outcomesOf(
      `
      import { MessageQueue } from "queue/mod.ts";
      attempt("create", () => MessageQueue.create("/" + crypto.randomUUID()));
      `,
      (command) => withLimits({ msgqueue: 5000 }, command),
    );
    assertSystemError(create, {
      name: "SystemError",
      code: "EMFILE",
      syscall: "mq_open",
      says: ["ulimit -q", "5000 bytes", "10 messages of 8192 bytes"],
    });
  },
));

Deno.test(needing(
  ["root", "setpriv", "unshare"],
  "MessageQueue.create() fails with ENOSPC at the system's number of queues, and names it",
  async () => {
    const { create } = await outcomesOf(
      `
      import { MessageQueue } from "queue/mod.ts";
      attempt("create", () => {
        for (let i = 0; i < 3; i++) {
          MessageQueue.create("/" + i, { maxMessages: 1, maxMessageLength: 8 });
        }
      });
      `,
      (command) => [
        "unshare",
        "-i",
        "sh",
        "-c",
        'echo 2 > /proc/sys/fs/mqueue/queues_max && exec "$@"',
        "sh",
        ...asNobody(command),
      ],
    );
    assertSystemError(create, {
      name: "SystemError",
      code: "ENOSPC",
      syscall: "mq_open",
      says: ["the system allows 2 queues (fs.mqueue.queues_max)"],
    });
  },
));

Deno.test(needing(
  ["root", "setpriv"],
  "MessageQueue and SystemMessageQueue fail with EACCES and EPERM when the mode forbids it",
  async () => {
    using made = testQueue({ mode: 0o644 });
    using system = testSystemQueue({ mode: 0o644 });
    const outcomes = await outcomesOf(
      `
      import { MessageQueue, SystemMessageQueue } from "queue/mod.ts";
      const name = ${JSON.stringify(made.name)};
      attempt("read", () => MessageQueue.open(name, { access: "read" }).maxMessages);
      attempt("write", () => MessageQueue.open(name));
      attempt("unlink", () => MessageQueue.unlinkName(name));
      const queue = SystemMessageQueue.open({ id: ${system.queue.id} });
      attempt("send", () => queue.send(new Uint8Array(1)));
      attempt("set", () => queue.set({ mode: 0o666 }));
      attempt("remove", () => queue.remove());
      `,
      asNobody,
    );
    assertEquals(outcomes.read?.value, made.queue.maxMessages);
    const denied = (label: string, code: string, syscall: string) =>
      assertSystemError(outcomes[label], {
        name: "PermissionDenied",
        code,
        syscall,
        says: [],
      });
    denied("write", "EACCES", "mq_open");
    denied("unlink", "EACCES", "mq_unlink");
    denied("send", "EACCES", "msgsnd");
    denied("set", "EPERM", "msgctl");
    denied("remove", "EPERM", "msgctl");
  },
));

Deno.test("msgget() fails with ENOENT and EEXIST as the key has no queue, or one", () => {
  const key = randomKey();
  const shown = `system message queue with key 0x${(key >>> 0).toString(16)}`;
  expectError(() => msgget(key), {
    name: "NotFound",
    code: "ENOENT",
    syscall: "msgget",
    says: [`Cannot find ${shown}: the key has no queue`, "create it first"],
  });
  using _made = testSystemQueue({ key });
  expectError(() => msgget(key, IPC_CREAT | IPC_EXCL | 0o600), {
    name: "AlreadyExists",
    code: "EEXIST",
    syscall: "msgget",
    says: [`Cannot create ${shown}`, 'ifExists: "open"'],
  });
  expectError(() => SystemMessageQueue.create({ key }), {
    name: "AlreadyExists",
    code: "EEXIST",
    syscall: "msgget",
    says: [`Cannot create ${shown}`],
  });
});

Deno.test(needing(
  ["root", "unshare"],
  "msgget() fails with ENOSPC at the system's number of queues",
  async () => {
    const { create } = await outcomesOf(
      `
      import { SystemMessageQueue } from "queue/mod.ts";
      attempt("create", () => {
        for (let i = 0; i < 3; i++) SystemMessageQueue.create();
      });
      `,
      (command) => inIpcNamespace({ msgmni: 2 }, command),
    );
    assertSystemError(create, {
      name: "SystemError",
      code: "ENOSPC",
      syscall: "msgget",
      says: ["SystemMessageQueue.list()", "kernel.msgmni"],
    });
  },
));

Deno.test("calls for a queue that is gone fail with EINVAL", () => {
  const calls: readonly (readonly [string, () => unknown])[] = [
    ["msgsnd", () => msgsnd(NO_ID, 1, bytesOf("x"))],
    ["msgrcv", () => msgrcv(NO_ID, 10)],
    ["msgctl", () => msgctl(NO_ID, IPC_STAT)],
    ["msgctl", () => msgctl(NO_ID, IPC_SET, { mode: 0o600 })],
    ["msgctl", () => msgctl(NO_ID, IPC_RMID)],
    ["msgctl", () => SystemMessageQueue.open({ id: NO_ID })],
  ];
  for (const [syscall, call] of calls) {
    expectError(call, {
      name: "SystemError",
      code: "EINVAL",
      syscall,
      says: ["there is no queue with this id", "SystemMessageQueue.list()"],
    });
  }
});

Deno.test("msgsnd() fails with EINVAL and names kernel.msgmax when the message is too long", () => {
  using made = testSystemQueue();
  const { maxMessageLength } = SystemMessageQueue.limits();
  expectError(() => made.queue.send(new Uint8Array(maxMessageLength + 1)), {
    name: "SystemError",
    code: "EINVAL",
    syscall: "msgsnd",
    says: [`kernel.msgmax allows ${maxMessageLength}`],
  });
});

Deno.test("msgrcv() fails with ENOMSG without a message, and with E2BIG for one that is too long", () => {
  using made = testSystemQueue();
  const { id } = made.queue;
  expectError(() => msgrcv(id, 10, 3, IPC_NOWAIT), {
    name: "SystemError",
    code: "ENOMSG",
    syscall: "msgrcv",
    says: ["holds no message of the wanted type"],
  });
  msgsnd(id, 3, bytesOf("0123456789"));
  expectError(() => msgrcv(id, 9), {
    name: "SystemError",
    code: "E2BIG",
    syscall: "msgrcv",
    says: ["longer than the room for it"],
  });
  assertEquals(msgrcv(id, 10).bytes, bytesOf("0123456789"));
});
