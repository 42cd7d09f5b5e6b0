/** `warn`: it works, and something should be known; `fail`: something does not work, or does not balance. */
export type Level = "ok" | "warn" | "fail";

/** What one look at one thing says: one line, and for all but `ok` what helps. */
export interface Finding {
  /** What was looked at, such as `queue books`. */
  check: string;
  level: Level;
  message: string;
  help?: string;
}

export const ok = (check: string, message: string): Finding => ({ check, level: "ok", message });

export const warn = (check: string, message: string, help: string): Finding => ({
  check,
  level: "warn",
  message,
  help,
});

export const fail = (check: string, message: string, help: string): Finding => ({
  check,
  level: "fail",
  message,
  help,
});
