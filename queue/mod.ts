/**
 * Message queues that the system keeps, and named pipes: what C and Python programs
 * have for talking to each other beside shared memory, for Deno.
 *
 * @module
 */

export { MessageQueue } from "./posix/message_queue.ts";
export type {
  MessageQueueCreateOptions,
  MessageQueueEntry,
  MessageQueueOpenOptions,
  MessageQueueStatus,
  QueueMessage,
  QueueReceiveAsyncOptions,
  QueueReceiveOptions,
  QueueSendAsyncOptions,
  QueueSendNowOptions,
  QueueSendOptions,
} from "./posix/queue_options.ts";
export type { QueueAccess } from "../ffi/files/mqueue.ts";

export {
  SystemMessageQueue,
  type SystemQueueChanges,
  type SystemQueueLimits,
  type SystemQueueStatus,
} from "./sysv/system_message_queue.ts";
export type {
  SystemMessage,
  SystemQueueCreateOptions,
  SystemQueueOpenOptions,
  SystemQueueReceiveAsyncOptions,
  SystemQueueReceiveNowOptions,
  SystemQueueReceiveOptions,
  SystemQueueSendAsyncOptions,
  SystemQueueSendNowOptions,
  SystemQueueSendOptions,
} from "./sysv/system_queue_options.ts";

export {
  NamedPipe,
  type NamedPipeCreateOptions,
  type NamedPipeWriteOptions,
} from "./pipe/named_pipe.ts";

// Calls, named as in the manual.
export {
  msgctl,
  msgget,
  msgrcv,
  msgsnd,
  type SystemQueueUsage,
} from "./sysv/sysv_calls.ts";
export { ftok } from "../memory/sysv/sysv_calls.ts";
export {
  IPC_CREAT,
  IPC_EXCL,
  IPC_INFO,
  IPC_NOWAIT,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MSG_COPY,
  MSG_EXCEPT,
  MSG_INFO,
  MSG_NOERROR,
  MSG_STAT,
  MSG_STAT_ANY,
} from "../ffi/platforms/constants.ts";
export {
  isSystemError,
  SystemError,
  type SystemErrorInfo,
} from "../ffi/errors/system_error.ts";
