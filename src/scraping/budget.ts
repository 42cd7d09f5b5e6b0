/** When the whole of a scrape must have ended (unix ms), and what stops it sooner. */
export interface Budget {
  deadlineMs: number;
  signal?: AbortSignal;
  /** Whether the attempt may be put off where a host has no turn soon; else it waits, up to the deadline. @default true */
  mayDefer?: boolean;
}
