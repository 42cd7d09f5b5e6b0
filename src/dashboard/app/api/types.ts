/** Shapes of the API as the pages of tasks use them; see /docs for all there is. */

export const TASK_STATUSES = ["queued", "delayed", "running", "completed", "failed", "cancelled"] as const;
export type TaskStatus = typeof TASK_STATUSES[number];

export interface Progress {
  done: number;
  total: number;
  message?: string;
}

export interface TaskError {
  code: string;
  message: string;
  retryable: boolean;
  retry_after_s?: number;
  status_code?: number;
}

export interface Task {
  task_id: string;
  type: string;
  status: TaskStatus;
  priority: number;
  attempts: number;
  max_attempts: number;
  brand?: string;
  tags?: string[];
  batch_id?: string;
  schedule_id?: string;
  created_at: string;
  run_at?: string;
  expires_at?: string;
  started_at?: string;
  finished_at?: string;
  progress?: Progress;
  input?: unknown;
  result?: unknown;
  error?: TaskError;
  wait_ms?: number;
  run_ms?: number;
  depends_on?: string[];
  limit_keys?: string[];
  cancel_requested?: boolean;
  request_id?: string;
}

export interface TaskPage {
  tasks: Task[];
  next: string | null;
}

/** What an event tells of a task. */
export interface TaskNews {
  task_id: string;
  type: string;
  status: TaskStatus;
  attempts: number;
  brand?: string;
  batch_id?: string;
  at: string;
  progress?: Progress;
  error?: TaskError;
  wait_ms?: number;
  run_ms?: number;
  request_id?: string;
}

export type Counts = Record<TaskStatus, number>;
