import { assert, assertEquals } from "@std/assert";
import { articlePage, startSite } from "../fakes/site.ts";
import { startService } from "./service_process.ts";

interface Batch {
  batch_id: string;
  status: string;
  counts: Record<string, number>;
}

const PAGES = 60;
const PER_SECOND = 10;

Deno.test("a host that takes ten requests a second is asked as fast as it takes them, and no page fails for it", async () => {
  const recent: number[] = [];
  let refused = 0;
  let served = 0;
  await using site = startSite({ "/robots.txt": new Response("", { status: 404 }) }, () => {
    const now = performance.now();
    while (recent.length > 0 && now - recent[0]! > 1000) recent.shift();
    if (recent.length >= PER_SECOND) {
      refused++;
      return new Response("slow down", { status: 429 });
    }
    recent.push(now);
    served++;
    return new Response(articlePage("Page"), { headers: { "content-type": "text/html" } });
  });
  await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
  const urls = Array.from({ length: PAGES }, (_, i) => `${site.url}/${i}`);
  const { body } = await service.json<Batch>("/api/scrape/batch", {
    method: "POST",
    body: JSON.stringify({ urls, max_concurrent: 32, max_attempts: 1, formats: ["text"] }),
  });
  const began = Date.now();
  let batch: Batch;
  do {
    await new Promise((resolve) => setTimeout(resolve, 200));
    batch = (await service.json<Batch>(`/api/batches/${body.batch_id}`)).body;
  } while (batch.status !== "completed" && batch.status !== "failed" && Date.now() - began < 90_000);
  const seen = JSON.stringify({
    counts: batch.counts,
    refused,
    served,
    seconds: (Date.now() - began) / 1000,
  });
  if (Deno.env.has("HOSTILE_VERBOSE")) console.log(seen);
  assertEquals(batch.counts.completed, PAGES, seen);
  assertEquals(served, PAGES, seen);
  assert(refused > 0 && refused < PAGES, seen);
});
