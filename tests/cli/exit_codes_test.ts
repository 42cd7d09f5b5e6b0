import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startService } from "../e2e/service_process.ts";
import { cli, startCli } from "./cli_process.ts";

Deno.test("called wrongly is 2, and says what is wrong before anything is sent", async () => {
  const nowhere = { url: "http://127.0.0.1:9" };
  for (
    const [args, said] of [
      [["tsks"], "Did you mean tasks?"],
      [["tasks", "--sttus", "failed"], "Did you mean --status?"],
      [["tasks", "--status", "broken"], "Allowed choices are queued"],
      [["tasks", "--limit", "0"], "a whole number from 1 up"],
      [["enqueue", "test", "{"], "INPUT must be JSON"],
      [["enqueue"], "missing required argument 'type'"],
      [["crawl"], "a URL or --brand must be given"],
      [["cancel"], "ids, or else options"],
      [["cancel", "a", "--type", "test"], "ids, or else options"],
      [["cache", "clear"], "exactly one of --key, --prefix and --tag"],
      [["documents", "add", "page.docx"], "its name must end in pdf"],
      [["batch", "no-such-file"], "Cannot read no-such-file"],
      [["completions", "tcsh"], "Allowed choices are bash, zsh, fish"],
      [["status", "--url", "localhost:8080"], "--url must be an http or https URL"],
    ] as const
  ) {
    const { code, stdout, stderr } = await cli([...args], nowhere);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, said);
  }
});

Deno.test("--help is no error, and tells the exit codes", async () => {
  const { code, stdout } = await cli(["--help"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "130 interrupted");
  assertMatch((await cli(["enqueue", "--help"])).stdout, /--api-key/);
});

Deno.test("a service that is not there is 1, and the help says what to look at", async () => {
  const { code, stderr } = await cli(["status"], { url: "http://127.0.0.1:9" });
  assertEquals(code, 1);
  assertMatch(stderr, /^error: Cannot reach http:\/\/127\.0\.0\.1:9.*\n.*deno task start/);
});

Deno.test("what a service refuses is 1, what it does not know 3, and --json tells it as JSON", async () => {
  await using service = await startService({ env: { API_KEYS: "ci:s3cret-s3cret-s3cret", WORKERS: "1" } });
  const at = { url: service.url, env: { TUTTI_API_KEY: "s3cret-s3cret-s3cret" } };
  const keyless = await cli(["tasks"], { url: service.url });
  assertEquals(keyless.code, 1);
  assertStringIncludes(keyless.stderr, "TUTTI_API_KEY");
  assertEquals((await cli(["tasks", "--api-key", "s3cret-s3cret-s3cret"], { url: service.url })).code, 0);

  const refused = await cli(["enqueue", "nothing"], at);
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /^error: .*\n {2}type: .*/);

  const unknown = await cli(["task", "nope", "--json"], at);
  assertEquals([unknown.code, unknown.stdout], [3, ""]);
  const { error } = JSON.parse(unknown.stderr) as { error: Record<string, unknown> };
  assertEquals([error.code, error.status, error.message], ["not_found", 404, "There is no task nope"]);
  assertEquals(typeof error.request_id, "string");
  assertEquals((await cli(["cancel", "nope", "nope-2"], at)).code, 3);
});

Deno.test("interrupted is 130, says that the task goes on, and leaves it running", async () => {
  await using service = await startService({ env: { WORKERS: "1", SHUTDOWN_GRACE_MS: "200" } });
  const at = { url: service.url };
  await using watch = startCli(["watch", "--json"], at);
  await watch.line("counters");
  await using wait = startCli(["enqueue", "test", '{"delay_s":30}', "--task-id", "long", "--wait"], at);
  await watch.line('"status":"running"');
  assertEquals(await wait.interrupt(), 130);
  assertStringIncludes(wait.stderr(), "It goes on without us: tutti task long --wait");
  const { stdout } = await cli(["task", "long", "--json"], at);
  assertEquals((JSON.parse(stdout) as { status: string }).status, "running");
  assertEquals(await watch.interrupt(), 130);
});
