import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { serveSamplePages } from "../../src/demo/sample_site.ts";
import { startService } from "../e2e/service_process.ts";
import { cli, cliJson } from "./cli_process.ts";

interface Task {
  task_id: string;
  status: string;
  result?: { markdown?: string };
}

Deno.test("every command does its work at a service, and --json is one document of the API", async (t) => {
  await using site = await serveSamplePages();
  await using service = await startService({ env: { WORKERS: "2", ALLOW_PRIVATE_HOSTS: site.host } });
  const at = { url: service.url };

  await t.step("enqueue prints the id alone, and takes its input from stdin", async () => {
    const { code, stdout } = await cli([
      "enqueue",
      "test",
      "-",
      "--task-id",
      "mine",
      "--tag",
      "a",
      "--tag",
      "b",
    ], {
      ...at,
      stdin: '{"delay_s":0}',
    });
    assertEquals([code, stdout], [0, "mine\n"]);
    const task = await cliJson<Task & { tags: string[] }>(["task", "mine", "--wait"], at);
    assertEquals([task.status, task.tags, task.result], ["completed", ["a", "b"], { slept_s: 0 }] as never[]);
  });

  await t.step("enqueue --wait shows the end, and its exit code tells how it was", async () => {
    const { code, stdout } = await cli(["enqueue", "test", '{"delay_s":0}', "--wait"], at);
    assertEquals(code, 0);
    assertMatch(stdout, /^status +completed$/m);
    const failed = await cli(
      ["enqueue", "test", '{"delay_s":5}', "--timeout", "200", "--max-attempts", "1", "--wait", "--json"],
      at,
    );
    assertEquals([failed.code, (JSON.parse(failed.stdout) as Task).status], [1, "failed"]);
  });

  await t.step("tasks lists them, by a filter, no more than asked for", async () => {
    const { tasks } = await cliJson<{ tasks: Task[] }>(
      ["tasks", "--status", "completed", "--limit", "1"],
      at,
    );
    assertEquals(tasks.map(({ status }) => status), ["completed"]);
    const { stdout } = await cli(["tasks", "--tag", "a"], at);
    assertMatch(stdout, /^TASK +TYPE +STATUS.*\nmine +test +completed/);
  });

  await t.step("cancel and retry: by id, and all of a filter once it is confirmed", async () => {
    await cli(["enqueue", "test", "--task-id", "later", "--delay", "600"], at);
    assertEquals((await cli(["cancel", "later"], at)).stdout, "later  cancelled\n");
    assertMatch((await cli(["retry", "later", "mine"], at)).stderr, /^mine: .*conflict/);
    await cli(["enqueue", "test", "--delay", "600", "--tag", "many"], at);
    await cli(["enqueue", "test", "--delay", "600", "--tag", "many"], at);
    assertEquals((await cli(["cancel", "--tag", "many"], at)).code, 2); // nobody to ask
    const counted = await cliJson(["cancel", "--tag", "many", "--dry-run"], at);
    assertEquals(counted, { matched: 2, changed: 2, dry_run: true });
    assertEquals((await cli(["cancel", "--tag", "many", "--yes"], at)).stdout, "Cancelled: 2 of 2 tasks\n");
    assertEquals((await cli(["retry", "--status", "cancelled", "--tag", "many", "--yes"], at)).code, 0);
  });

  await t.step("scrape --wait prints the page as Markdown", async () => {
    const { code, stdout, stderr } = await cli(["scrape", site.urls[0]!, "--wait"], at);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^# /m);
    const task = await cliJson<Task>(["scrape", site.urls[0]!, "--wait"], at);
    assertStringIncludes(stdout, task.result!.markdown!.slice(0, 40));
  });

  await t.step("batch reads URLs of a file, waits for all and lists what failed", async () => {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(
      file,
      `# pages\n${site.urls[0]}\n\n${site.urls[1]}\r\nhttp://${site.host}/not-there\n`,
    );
    const { code, stdout } = await cli(["batch", file, "--wait"], at);
    assertEquals(code, 1);
    assertMatch(stdout, /2 of 3 completed, 1 failed/);
    assertMatch(stdout, /scrape +failed .*http_4xx/);
    const stdin = `${site.urls[0]}\nnothing\n`;
    const accepted = await cliJson<{ total: number; invalid_urls: unknown[] }>(
      ["batch", "-", "--ignore-invalid"],
      { ...at, env: {} },
    ).catch(() => undefined);
    assertEquals(accepted, undefined); // an empty stdin names no URL
    const { stdout: document } = await cli(["batch", "-", "--ignore-invalid", "--json"], { ...at, stdin });
    assertEquals((JSON.parse(document) as { total: number }).total, 1);
    await Deno.remove(file);
  });

  await t.step("crawl --follow prints each page; with --json a line each, with its result", async () => {
    const start = `http://${site.host}/`;
    const { code, stdout, stderr } = await cli(["crawl", start, "--max-pages", "3", "--follow"], at);
    assertEquals(code, 0);
    assertEquals(stdout.trim().split("\n").length, 3);
    assertMatch(stderr, /^crawl_\w+\ncrawl_\w+: completed, 3 completed\n/);
    const lines = (await cli(["crawl", start, "--max-pages", "2", "--follow", "--json"], at)).stdout.trim()
      .split("\n");
    const pages = lines.map((line) => JSON.parse(line) as { number: number; result: object });
    assertEquals(pages.map(({ number, result }) => [number, typeof result]).toSorted(), [[1, "object"], [
      2,
      "object",
    ]]);
    assertEquals(Object.keys(await cliJson<object>(["crawl", start, "--max-pages", "1"], at)), [
      "crawl_id",
      "status",
    ]);
  });

  await t.step("status, cache and doctor", async () => {
    assertEquals((await cliJson<{ status: string }>(["status"], at)).status, "ok");
    assertMatch((await cli(["status"], at)).stdout, /^Tutti \S+ at http.*: ok, up .*\ntasks +\d+ queued/);
    assert((await cliJson<{ entries: number }>(["cache", "stats"], at)).entries > 0);
    assertEquals(await cliJson(["cache", "clear", "--key", "none"], at), { deleted: 0 });
    const { ok, checks } = await cliJson<{ ok: boolean; checks: { check: string; level: string }[] }>([
      "doctor",
    ], at);
    assert(ok && checks.some(({ check, level }) => check === "books" && level === "ok"));
  });

  await t.step("doctor FOLDER looks at the files of an installation", async () => {
    const { stdout } = await cli(["doctor", `${service.folder}/data`, "--json"], at);
    const { checks } = JSON.parse(stdout) as { checks: { check: string }[] };
    assert(checks.some(({ check }) => check === "deno"), stdout);
  });

  await t.step("what needs search says that it is off", async () => {
    for (const args of [["search", "piano"], ["ask", "why?"], ["documents", "list"]]) {
      const { code, stderr } = await cli(args, at);
      assertEquals(code, 1, args[0]);
      assertStringIncludes(stderr, "CHROMA_URL=off");
    }
  });
});
