import type { JSX } from "preact";
import { count } from "./format.ts";

export interface ProgressBarProps {
  done: number;
  total: number;
  /** What it is the progress of, for who does not see it. */
  label: string;
  /** Of `done`, those that failed. */
  failed?: number;
  message?: string;
}

/** How much of a whole is done. */
export function ProgressBar({ done, total, label, failed = 0, message }: ProgressBarProps): JSX.Element {
  const share = (part: number) => total > 0 ? Math.min(100, Math.max(0, part / total * 100)) : 0;
  return (
    <div class="progress">
      <svg
        class="progress-track"
        width="100%"
        height="8"
        role="img"
        aria-label={`${label}: ${done} of ${total}`}
      >
        <rect class="progress-done" width={`${share(done)}%`} height="8" />
        <rect
          class="progress-failed"
          x={`${share(done - failed)}%`}
          width={`${share(failed)}%`}
          height="8"
        />
      </svg>
      <span class="progress-text">
        {count(done)} / {count(total)}
        {message && <span dir="auto" class="muted">{message}</span>}
      </span>
    </div>
  );
}
