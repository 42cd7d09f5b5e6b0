import { TuttiProblem, TuttiUnreachable } from "../client/mod.ts";

/** What the program ends with. */
export const EXIT = {
  done: 0,
  /** The service refused, could not be reached, or what was waited for did not go well. */
  problem: 1,
  usage: 2,
  notFound: 3,
  interrupted: 130,
} as const;

/** Called wrongly: told with the usage of the command. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The exit code of what went wrong. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof TuttiProblem && error.code === "not_found" ? EXIT.notFound : EXIT.problem;
}

/** What went wrong, for a person: a line, and below it what helps. */
export function messageOf(error: unknown): string {
  if (error instanceof TuttiProblem) return problemLines(error).join("\n");
  if (error instanceof TuttiUnreachable) {
    return `${error.message}\n  Is it running (deno task start), and is --url or TUTTI_URL its address?`;
  }
  return error instanceof Error ? error.message : String(error);
}

function problemLines(problem: TuttiProblem): string[] {
  const { code, detail, errors, task_error, request_id, retry_after_s } = problem;
  const lines = errors.length > 0
    ? [problem.title, ...errors.map(({ path, message }) => `  ${path || "(the request)"}: ${message}`)]
    : [detail];
  if (task_error !== undefined) lines.push(`  ${task_error.code}: ${task_error.message}`);
  if (code === "unauthorized") lines.push("  Give the key with TUTTI_API_KEY or --api-key");
  if (retry_after_s !== undefined) lines.push(`  Try again in ${retry_after_s} s`);
  lines[0] += ` (${code}${request_id === undefined ? "" : `, ${request_id}`})`;
  return lines;
}

/** The same for programs: `{"error":{"code","message",...}}`. */
export function errorJson(error: unknown): unknown {
  if (error instanceof TuttiProblem) return { error: { ...error.toJSON(), message: error.detail } };
  const code = error instanceof UsageError
    ? "usage"
    : error instanceof TuttiUnreachable
    ? error.code
    : "failed";
  return { error: { code, message: error instanceof Error ? error.message : String(error) } };
}
