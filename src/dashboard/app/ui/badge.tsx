import type { ComponentChildren, JSX } from "preact";

export type Tone = "ok" | "warn" | "bad" | "info" | "busy" | "mute";

const TONES: Record<string, Tone> = {
  queued: "info",
  waiting: "info",
  active: "busy",
  duplicate: "mute",
  skipped: "mute",
  delayed: "warn",
  running: "busy",
  completed: "ok",
  failed: "bad",
  cancelled: "mute",
  ok: "ok",
  connected: "ok",
  ready: "ok",
  starting: "warn",
  degraded: "warn",
  paused: "warn",
  stopping: "warn",
  unavailable: "bad",
  dead: "bad",
  off: "mute",
  ended: "mute",
};

/** A word with a colour; the word alone must do for who does not see it. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }): JSX.Element {
  return <span class={`badge tone-${tone}`}>{children}</span>;
}

/** The badge of a status, of a task as of a part of the service. */
export function StatusBadge({ status }: { status: string }): JSX.Element {
  return <Badge tone={TONES[status] ?? "mute"}>{status}</Badge>;
}
