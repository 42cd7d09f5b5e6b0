import type { Finding, Level } from "./finding.ts";

const WORDS: Record<Level, string> = { ok: "ok", warn: "warn", fail: "FAIL" };

/** Whether nothing has failed; a warning is no failure. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ level }) => level !== "fail");
}

/** A line for each finding, with what helps behind an arrow. */
export function renderLines(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  return findings.map(({ check, level, message, help }) => {
    const line = `${WORDS[level].padEnd(4)}  ${check.padEnd(width)}  ${oneLine(message)}`;
    return help === undefined ? line : `${line} -> ${oneLine(help)}`;
  }).join("\n");
}

/** The same for programs: `{"ok", "checks": [{"check", "level", "message", "help"?}]}`. */
export function renderJson(findings: readonly Finding[]): string {
  return JSON.stringify({ ok: isHealthy(findings), checks: findings }, undefined, 2);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, "; ");
}
