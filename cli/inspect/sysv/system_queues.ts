import {
  listQueues,
  type SystemQueueStatus,
} from "../../../ffi/sysv/sysv_msg_control.ts";

/** The state of a System V message queue. */
export type SystemQueueState = SystemQueueStatus;

/** All System V message queues of this IPC namespace. */
export function systemQueueStates(): SystemQueueState[] {
  return listQueues("list system message queues");
}
