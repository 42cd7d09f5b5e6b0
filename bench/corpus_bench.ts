/**
 * The whole service on real pages: serves a corpus folder (`articles.jsonl`, `products.jsonl`, gzip pages, `score.ts`)
 * on loopback, scrapes all of it in one batch through HTTP and runs the corpus' own scorer on what came out.
 *
 *   deno run -A bench/corpus_bench.ts CORPUS_FOLDER
 */
import { startService } from "../tests/e2e/service_process.ts";

interface Row {
  id: string;
  url: string;
  html: string;
  set: "articles" | "products";
}

interface TaskRow {
  task_id: string;
  status: string;
  error?: { code: string; message: string };
  result?: { markdown?: string; product?: Record<string, { value: unknown }> | null; final_url: string };
}

export async function benchCorpus(corpus: string): Promise<void> {
  const rows: Row[] = [];
  for (const set of ["articles", "products"] as const) {
    for (const line of (await Deno.readTextFile(`${corpus}/${set}.jsonl`)).split("\n")) {
      if (line.trim()) rows.push({ ...JSON.parse(line), set });
    }
  }
  const byId = new Map(rows.map((row) => [row.id, row]));
  await using _site = Deno.serve(
    { hostname: "127.0.0.1", port: 8990, onListen: () => {} },
    async (request) => {
      const row = byId.get(new URL(request.url).pathname.slice(1));
      if (!row) return new Response("not here", { status: 404 });
      return new Response(await Deno.readFile(`${corpus}/${row.html}`), {
        headers: { "content-type": "text/html", "content-encoding": "gzip" },
      });
    },
  );
  await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: "127.0.0.1:8990" } });
  const begun = performance.now();
  const { body } = await service.json<{ batch_id: string; task_ids: string[] }>("/api/scrape/batch", {
    method: "POST",
    body: JSON.stringify({ urls: rows.map((row) => `http://127.0.0.1:8990/${row.id}`), max_concurrent: 16 }),
  });
  for (const id of body.task_ids) {
    let task: TaskRow;
    do task = (await service.json<TaskRow>(`/api/tasks/${id}?wait_s=60`)).body; while (
      ["queued", "delayed", "running"].includes(task.status)
    );
  }
  const elapsedS = (performance.now() - begun) / 1000;

  const out = { articles: [] as string[], products: [] as string[] };
  const failures: string[] = [];
  for (let next: string | null = `/api/batches/${body.batch_id}/results?limit=50`; next;) {
    const page: { results: TaskRow[]; next: string | null } = (await service.json<typeof page>(next)).body;
    for (const task of page.results) {
      const row = rows[body.task_ids.indexOf(task.task_id)]!;
      if (task.status !== "completed") failures.push(`${row.id} ${task.error?.code}: ${task.error?.message}`);
      const { markdown = "", product } = task.result ?? {};
      const value = (field: string) => product?.[field]?.value;
      out[row.set].push(JSON.stringify(
        row.set === "articles"
          ? { id: row.id, text: markdown }
          : { id: row.id, price: value("price"), sku: value("sku"), availability: value("availability") },
      ));
    }
    next = page.next;
  }
  console.log(`${rows.length} pages in one batch: ${failures.length} failed, ${elapsedS.toFixed(1)} s`);
  for (const failure of failures) console.log(`  ${failure}`);
  for (const set of ["articles", "products"] as const) {
    const file = await Deno.makeTempFile({ suffix: ".jsonl" });
    await Deno.writeTextFile(file, out[set].join("\n"));
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-config",
        "--allow-read",
        `${corpus}/score.ts`,
        set,
        file,
        ...(set === "articles" ? ["--md"] : []),
      ],
    }).output();
    console.log(new TextDecoder().decode(stdout).trim());
    await Deno.remove(file);
  }
}

if (import.meta.main) await benchCorpus(Deno.args[0]!);
