import type { Command } from "commander";
import type { QueueEvent } from "../../client/mod.ts";
import { given } from "../options.ts";
import type { Run, Session } from "../session.ts";
import { oneLine } from "../text/plain.ts";
import { paintStatus } from "../text/paint.ts";
import { LiveTable } from "./live_table.ts";
import { taskNote } from "./task_text.ts";

interface Options {
  type?: string;
  brand?: string;
  batch?: string;
}

/** `tutti watch` */
export function watchCommand(program: Command, run: Run): void {
  program.command("watch")
    .summary("see tasks run, live")
    .description(
      "A live table of tasks and of the queue; a line for each event where there is no terminal. Ctrl-C ends it.",
    )
    .option("--type <type>", "only tasks of this type")
    .option("--brand <brand>", "only tasks of this brand")
    .option("--batch <id>", "only tasks of this batch")
    .action(run(async (session, { type, brand, batch }: Options) => {
      const filter = given({ type, brand, batch_id: batch });
      if (session.out.isTty && !session.out.isJson) await watchLive(session, filter);
      else await watchLines(session, filter);
    }));
}

type Filter = { type?: string; brand?: string; batch_id?: string };

async function watchLines({ client, out, signal }: Session, filter: Filter): Promise<void> {
  const onBreak = (_reason: unknown, waitMs: number) => {
    if (waitMs > 0 && !out.isJson) {
      out.beside(`The service is away; trying again in ${Math.round(waitMs)} ms`);
    }
  };
  // For as long as it takes: who watches waits for the service, too.
  for await (const event of client.events(filter, { signal, patienceMs: Infinity, onBreak })) {
    if (out.isJson) out.json({ event: event.event, data: event.data });
    else out.line(eventLine(event, out));
  }
}

function eventLine(event: QueueEvent, out: Session["out"]): string {
  if (event.event === "counters" || event.event === "reset") {
    const { counts, busy, workers } = event.data;
    const told = Object.entries(counts).map(([status, count]) => `${count} ${status}`).join(", ");
    return out.paint("dim", `${new Date().toISOString()} ${event.event} ${busy}/${workers} busy: ${told}`);
  }
  const { at, status, type, task_id } = event.data;
  const note = out.apart(oneLine(taskNote(event.data)));
  return `${at} ${paintStatus(out.paint, status, status.padEnd(9))} ${type} ${task_id} ${note}`.trimEnd();
}

async function watchLive(session: Session, filter: Filter): Promise<void> {
  const { client, signal } = session;
  using table = new LiveTable(session.out, client.url);
  const onBreak = (_reason: unknown, waitMs: number) => {
    if (waitMs > 0) table.away();
  };
  for await (const event of client.events(filter, { signal, patienceMs: Infinity, onBreak })) {
    if (event.event === "counters" || event.event === "reset") {
      const isNew = table.counters(event.data, event.event === "reset");
      // What runs began before we came. Only the first look; then the events tell.
      if (isNew) {
        table.tasks((await client.tasks({ ...filter, status: "running", limit: 100 }, { signal })).tasks);
      }
    } else {
      table.tasks([event.data]);
    }
  }
}
