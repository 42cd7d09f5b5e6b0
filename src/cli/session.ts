import { createClient, type TuttiClient } from "../client/mod.ts";
import { EXIT, UsageError } from "./exit.ts";
import { Output } from "./output.ts";

export const DEFAULT_URL = "http://127.0.0.1:8080";

/** Options every command takes. */
export interface GlobalOptions {
  url: string;
  apiKey?: string;
  json?: boolean;
  /** `--no-color` */
  color: boolean;
}

/** What a command works with. */
export class Session {
  readonly client: TuttiClient;
  readonly out: Output;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;

  constructor({ url: given, apiKey, json = false, color }: GlobalOptions, signal: AbortSignal) {
    const url = given || DEFAULT_URL; // a variable that is there and empty is not set
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new UsageError(
        `Cannot call the service as --url must be an http or https URL: current value is ${url}`,
      );
    }
    this.client = createClient({ url, apiKey: apiKey || undefined });
    this.signal = signal;
    this.out = new Output({ json, colour: color && (Deno.env.get("NO_COLOR") ?? "") === "" });
  }

  /** Asks a person once; where nobody can be asked, `--yes` must have been said. */
  confirm(question: string, yes: boolean | undefined): boolean {
    if (yes) return true;
    if (!Deno.stdin.isTerminal() || this.out.isJson) {
      throw new UsageError(`${question} Say --yes, as there is nobody to ask`);
    }
    return confirm(question);
  }
}

/** A command's own work. What it returns is the exit code; nothing is 0. */
export type Work<A extends unknown[]> = (session: Session, ...args: A) => Promise<number | void>;

/** Makes an action of a command's work. */
export type Run = <A extends unknown[]>(work: Work<A>) => (...args: A) => Promise<void>;

/** A word of the command line that names a file, or `-` for stdin. */
export async function readText(file: string): Promise<string> {
  if (file === "-") return await new Response(Deno.stdin.readable).text();
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    throw new UsageError(`Cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The exit code of a task that was waited for. */
export function exitCodeOfTask({ status }: { status: string }): number {
  return status === "completed" ? EXIT.done : EXIT.problem;
}
