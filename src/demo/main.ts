/**
 * `deno task demo`: the first five minutes without the internet. Serves a handful of sample pages on loopback, starts
 * the service beside them on a free port with folders of its own, runs a batch through the HTTP API with a progress
 * bar, prints what came out, and leaves nothing behind.
 */
import { createApp } from "../app.ts";
import { loadConfig } from "../config/mod.ts";
import project from "../../deno.json" with { type: "json" };
import { progressBar } from "./progress_bar.ts";
import { type DemoTask, describePage } from "./describe_page.ts";
import { serveSamplePages } from "./sample_site.ts";

async function demo(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-demo-" });
  await using site = await serveSamplePages();
  const settings: Record<string, string> = {
    PORT: "0",
    WORKERS: "2",
    CHROMA_URL: "off",
    ALLOW_PRIVATE_HOSTS: site.host,
    LOG_LEVEL: "error",
    DATA_DIR: `${folder}/data`,
    CACHE_DIR: `${folder}/cache`,
    LOG_DIR: `${folder}/logs`,
  };
  const app = createApp(loadConfig((name) => settings[name]), { version: project.version });
  try {
    const { url } = await app.start();
    console.log(
      `Tutti ${project.version} listens on ${url}; ${site.urls.length} sample pages on http://${site.host}\n`,
    );
    const call = async <T>(path: string, body?: unknown): Promise<T> => {
      const response = await fetch(new URL(path, url), {
        method: body === undefined ? "GET" : "POST",
        headers: { "content-type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return await response.json() as T;
    };
    console.log(
      `POST /api/scrape/batch {"urls":[${site.urls.length} pages],"brand":"halilit","max_concurrent":3}`,
    );
    const batch = await call<{ batch_id: string; total: number }>("/api/scrape/batch", {
      urls: site.urls,
      brand: "halilit",
      max_concurrent: 3,
    });
    const bar = progressBar(batch.total);
    for (let done = 0; done < batch.total;) {
      const { counts } = await call<{ counts: Record<string, number> }>(`/api/batches/${batch.batch_id}`);
      done = counts.completed! + counts.failed! + counts.cancelled!;
      bar(done);
      if (done < batch.total) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { results } = await call<{ results: DemoTask[] }>(`/api/batches/${batch.batch_id}/results`);
    for (const task of results) console.log("\n" + describePage(task));
    const { accepted, counts } = await call<{ accepted: number; counts: Record<string, number> }>(
      "/api/tasks/queue/status",
    );
    console.log(`\nThe books: ${accepted} accepted, ${counts.completed} completed, ${counts.failed} failed.`);
    console.log("Next: deno task start, then the walk in README.md.");
  } finally {
    await app.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  await demo();
  Deno.exit(0);
}
