import type { Command } from "commander";
import type { QueueStatus } from "../../client/mod.ts";
import type { Output } from "../output.ts";
import type { Run } from "../session.ts";
import { bytesText, durationText } from "../text/figures.ts";
import { paintStatus } from "../text/paint.ts";
import { oneLine } from "../text/plain.ts";

/** `tutti status` */
export function statusCommand(program: Command, run: Run): void {
  program.command("status")
    .summary("how the service is")
    .description("The service and its parts, the queue and its workers.")
    .action(run(async ({ client, out, signal }) => {
      const status = await client.status({ signal });
      if (out.isJson) return out.json(status);
      const { paint } = out;
      const { queue, cache, ...others } = status.components;
      const { rss_bytes, pid } = status.process;
      out.line(
        `${paint("bold", "Tutti")} ${status.version} at ${client.url}: ${
          paintStatus(paint, status.status)
        }, ` +
          `up ${durationText(status.uptime_s * 1000)}, ${bytesText(rss_bytes)}, pid ${pid}`,
      );
      out.lines(queueLines(queue, out));
      out.line(
        `cache    ${cache.entries} entries, ${bytesText(cache.size_bytes)} of ${bytesText(cache.max_bytes)}` +
          (cache.hit_rate === null ? "" : `, ${Math.round(cache.hit_rate * 100)} % hits`),
      );
      for (const [name, part] of Object.entries(others)) {
        const { status, reason } = part as { status: string; reason?: string };
        const why = reason === undefined ? "" : `: ${oneLine(reason)}`;
        out.line(`${name.padEnd(8)} ${paintStatus(paint, status)}${why}`);
      }
    }));
}

/** The queue in two lines. */
export function queueLines(queue: QueueStatus, { paint }: Output): string[] {
  const counts = Object.entries(queue.counts).map(([status, count]) =>
    count === 0 ? paint("dim", `${count} ${status}`) : paintStatus(paint, status, `${count} ${status}`)
  );
  const paused = queue.paused
    ? paint("yellow", ", paused")
    : queue.paused_keys.length > 0
    ? paint("yellow", `, paused: ${queue.paused_keys.join(" ")}`)
    : "";
  const oldest = queue.oldest_queued_s === null
    ? ""
    : `, oldest waits ${durationText(queue.oldest_queued_s * 1000)}`;
  return [
    `tasks    ${counts.join("  ")}`,
    `workers  ${queue.busy} of ${queue.workers} busy, ${queue.throughput_per_s} tasks/s${oldest}${paused}`,
  ];
}
