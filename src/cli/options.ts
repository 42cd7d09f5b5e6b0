import { InvalidArgumentError, Option } from "commander";

/** Parses a whole number within bounds. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) {
      const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };
}

/** Parses a number that is not negative. */
export function notNegative(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value >= 0 && Number.isFinite(value))) {
    throw new InvalidArgumentError("It must be a number, 0 or more.");
  }
  return value;
}

/** Gathers an option that is given several times. */
export function gather(text: string, before: string[] = []): string[] {
  return [...before, text];
}

export const STATUSES = ["queued", "delayed", "running", "completed", "failed", "cancelled"] as const;
export type Status = typeof STATUSES[number];

export function statusOption(description = "only tasks of this status"): Option {
  return new Option("--status <status>", description).choices(STATUSES);
}

/** Without what was not given. */
export function given<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
