/** The queue's door: the service and what it is made of and speaks in. Adapters are chosen by the composition root. */
export { QueueService, type QueueServiceOptions } from "./service.ts";
export { EventLog, type EventLogOptions } from "./event_log.ts";
export { Retention, type RetentionOptions, type RetentionRule, retentionRules } from "./retention.ts";
export type { TaskTypeInfo, TaskTypes } from "./task_types.ts";
export { MAX_CRASHES } from "./transitions.ts";
export type * from "./port.ts";
export type * from "./service_port.ts";
export { DEFAULT_BACKOFF, ENDED, TASK_STATUSES } from "./task.ts";
export type { Backoff, ClaimedTask, Lease, NewTask, Progress, StoredTask, TaskStatus } from "./task.ts";
