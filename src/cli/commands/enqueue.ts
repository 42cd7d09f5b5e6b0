import type { Command } from "commander";
import type { NewTask } from "../../client/mod.ts";
import { UsageError } from "../exit.ts";
import { gather, given, notNegative, whole } from "../options.ts";
import { readText, type Run } from "../session.ts";
import { tellOrWait } from "./wait.ts";

interface Options {
  brand?: string;
  priority?: number;
  delay?: number;
  runAt?: string;
  maxAttempts?: number;
  timeout?: number;
  taskId?: string;
  tag?: string[];
  idempotencyKey?: string;
  wait?: boolean;
}

/** `tutti enqueue TYPE [INPUT]` */
export function enqueueCommand(program: Command, run: Run): void {
  program.command("enqueue")
    .summary("queue a task of any type")
    .description("Queues a task and prints its id. INPUT is JSON, or - for JSON on stdin.")
    .argument("<type>", "type of the task, such as scrape or test")
    .argument("[input]", "its input")
    .option("--brand <brand>", "whose it is")
    .option("--priority <0..10>", "higher runs sooner", whole(0, 10))
    .option("--delay <seconds>", "not before", notNegative)
    .option("--run-at <time>", "not before (RFC 3339)")
    .option("--max-attempts <count>", "tries before it has failed", whole(1))
    .option("--timeout <ms>", "longest time of one try", whole(1))
    .option("--task-id <id>", "an id of yours, accepted once")
    .option("--tag <tag>", "a word of yours; may be given several times", gather)
    .option("--idempotency-key <key>", "the same again gets the first answer again")
    .option("--wait", "wait for its end, and show it")
    .action(run(async (session, type: string, input: string | undefined, o: Options) => {
      const task = given<NewTask>({
        type,
        input: input === undefined ? undefined : parse(input === "-" ? await readText("-") : input),
        brand: o.brand,
        priority: o.priority,
        delay_s: o.delay,
        run_at: o.runAt,
        max_attempts: o.maxAttempts,
        timeout_ms: o.timeout,
        task_id: o.taskId,
        tags: o.tag,
      });
      const { client, signal } = session;
      const accepted = await client.enqueue(task, given({ signal, idempotencyKey: o.idempotencyKey }));
      return await tellOrWait(session, accepted, o.wait);
    }));
}

/** Whether it is what the type takes, the service knows. */
function parse(text: string): NewTask["input"] {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `Cannot queue the task as INPUT must be JSON: ${error instanceof Error ? error.message : error}`,
    );
  }
}
