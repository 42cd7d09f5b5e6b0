import { assert, assertEquals } from "@std/assert";
import { articlePage, startSite } from "../fakes/site.ts";
import { type ServiceProcess, startService } from "./service_process.ts";

interface Task {
  task_id: string;
  status: string;
  error?: { code: string };
}

interface Books {
  accepted: number;
  counts: Record<string, number>;
}

async function books(service: ServiceProcess): Promise<Books> {
  const { body } = await service.json<Books>("/api/tasks/queue/status");
  assertEquals(body.accepted, Object.values(body.counts).reduce((a, b) => a + b, 0), "the books balance");
  return body;
}

/** A clumsy client: asks for work of every kind, cancels and retries what comes to hand, until the service is gone. */
async function pester(service: ServiceProcess, siteUrl: string, accepted: Set<string>, seed: number) {
  const known: string[] = [];
  const post = async (path: string, body: unknown) => {
    const answer = await service.json<Task>(path, { method: "POST", body: JSON.stringify(body) });
    if (answer.status !== 202) return;
    if (answer.body.task_id !== undefined) accepted.add(answer.body.task_id);
    known.push(answer.body.task_id);
  };
  try {
    for (let i = seed;; i++) {
      const earlier = known[(i * 7) % Math.max(1, known.length)];
      switch (i % 7) {
        case 0:
          await post("/api/tasks/scrape/async", { url: `${siteUrl}/page`, priority: i % 11 });
          break;
        case 1:
          await post("/api/tasks", { type: "scrape", input: { url: `${siteUrl}/missing` }, max_attempts: 1 });
          break;
        case 2:
          await post("/api/tasks", { type: "test", input: { delay_s: (i % 5) / 50 } });
          break;
        case 3:
          await post("/api/tasks", { type: "test", input: { delay_s: 0 }, delay_s: (i % 9) / 10 });
          break;
        case 4: {
          const backoff = { kind: "fixed", delay_s: 0.2 };
          const input = { url: `${siteUrl}/broken` };
          await post("/api/tasks", { type: "scrape", input, max_attempts: 2, backoff });
          break;
        }
        case 5:
          if (earlier !== undefined) await service.json(`/api/tasks/${earlier}`, { method: "DELETE" });
          break;
        default:
          if (earlier !== undefined) await service.json(`/api/tasks/${earlier}/retry`, { method: "POST" });
      }
    }
  } catch {
    // killed in the middle of a request
  }
}

Deno.test("kill -9 at any moment loses nothing that was accepted, and the books balance after every start", async () => {
  const rounds = Number(Deno.env.get("KILL_ROUNDS") ?? 10);
  await using site = startSite({
    "/page": articlePage("Page"),
    "/broken": () => new Response("broken", { status: 500 }),
  });
  const folder = await Deno.makeTempDir({ prefix: "tutti-attack-kill-" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const env = { ALLOW_PRIVATE_HOSTS: site.host, WORKERS: "2", HOST_CONCURRENCY: "32" };
  const accepted = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const service = await startService({ folder, env });
    try {
      const { accepted: onDisk } = await books(service);
      assert(onDisk >= accepted.size, `${onDisk} on disk, ${accepted.size} were accepted`);
      const pestering = [1, 2, 3].map((n) => pester(service, site.url, accepted, round * 100 + n * 31));
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 450));
      await service.end("SIGKILL");
      await Promise.all(pestering);
    } finally {
      await service.end("SIGKILL");
    }
  }
  await using service = await startService({ folder, env });
  const deadline = Date.now() + 15_000;
  let counts = (await books(service)).counts;
  while (counts.queued! + counts.running! + counts.delayed! > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    counts = (await books(service)).counts;
  }
  assertEquals([counts.queued, counts.running, counts.delayed], [0, 0, 0], JSON.stringify(counts));
  assert(accepted.size > 20, `${accepted.size} accepted`);
  const found = new Map<string, Task>();
  let next: string | null = "/api/tasks?limit=200";
  while (next !== null) {
    const { body }: { body: { tasks: Task[]; next: string | null } } = await service.json(next);
    for (const task of body.tasks) found.set(task.task_id, task);
    next = body.next;
  }
  assertEquals([...accepted].filter((id) => !found.has(id)), []);
  const allowed = new Set([undefined, "http_4xx", "http_5xx"]);
  assertEquals([...found.values()].filter((task) => !allowed.has(task.error?.code)), []);
  await service.end();
});
