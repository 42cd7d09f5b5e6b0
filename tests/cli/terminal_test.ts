import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { lacks } from "../needs.ts";
import { startService } from "../e2e/service_process.ts";
import { cli, cliJson, ROOT, startCli } from "./cli_process.ts";

const decoder = new TextDecoder();

/** With a sign in the place of the escape character. */
const visible = (text: string) => text.replaceAll("\x1b", "␛");

/** Runs words of a shell on a terminal of 100 columns (script(1) makes one); everything it showed. */
async function onTerminal(
  words: string,
  env: Record<string, string>,
): Promise<{ code: number; shown: string }> {
  const tutti = `deno run -q -P=cli --lock=tests/deno.lock --no-check src/cli/main.ts`;
  const { code, stdout } = await new Deno.Command("script", {
    args: ["-qec", `stty rows 12 cols 100; ${words.replaceAll("tutti ", `${tutti} `)}`, "/dev/null"],
    cwd: ROOT,
    env: { TUTTI_API_KEY: "", NO_COLOR: "", ...env },
    stdin: "null",
  }).output();
  return { code, shown: visible(decoder.decode(stdout)) };
}

Deno.test({
  name: "on a terminal there are colours, a bar and a live table; NO_COLOR takes the colours",
  ignore: lacks("script", "timeout"),
  fn: async (t) => {
    await using service = await startService({ env: { WORKERS: "1" } });
    const env = { TUTTI_URL: service.url };

    await t.step("colours, unless NO_COLOR or --no-color says otherwise", async () => {
      assertMatch((await onTerminal("tutti status", env)).shown, /: ␛\[32mok␛\[39m/);
      assertNotMatch((await onTerminal("tutti status", { ...env, NO_COLOR: "1" })).shown, /␛/);
      assertNotMatch((await onTerminal("tutti status --no-color", env)).shown, /␛/);
      assertNotMatch(visible((await cli(["status"], { url: service.url })).stdout), /␛/); // a pipe
    });

    await t.step("who waits sees it, on stderr alone", async () => {
      const { code, shown } = await onTerminal("tutti enqueue test --wait", env);
      assertEquals(code, 0);
      assertMatch(shown, /\r␛\[K(queued|running|completed) test_/);
      assertNotMatch((await onTerminal("tutti enqueue test --wait 2>/dev/null", env)).shown, /␛\[K/);
    });

    await t.step("watch redraws its table in place, hides the cursor and gives it back", async () => {
      const { task_id } = await cliJson<{ task_id: string }>(["enqueue", "test", '{"delay_s":1}'], {
        url: service.url,
      });
      const { shown } = await onTerminal("timeout -s INT 3 tutti watch", env);
      assertStringIncludes(shown, task_id);
      assertMatch(shown, /␛\[\d+A\r␛\[1mtutti␛\[22m /); // up again, over what was drawn
      assert(shown.indexOf("␛[?25l") < shown.indexOf("tutti"));
      assert(shown.lastIndexOf("␛[?25h") > shown.lastIndexOf("␛[?25l"));
      assertMatch(shown, /1 running.*␛\[36mrunning.*0 running.*␛\[32mcompleted/s);
      const drawings = shown.split("␛[?7l").slice(1);
      for (const drawing of drawings) assert(drawing.split("\n").length <= 12, "a drawing fits the terminal");
    });
  },
});

Deno.test("without a terminal watch is a line for each event, and goes on when the service starts again", async () => {
  const port = (() => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return String(listener.addr.port);
  })();
  await using service = await startService({ env: { PORT: port, WORKERS: "1" } });
  const at = { url: service.url };
  await using lines = startCli(["watch"], at);
  await using documents = startCli(["watch", "--type", "test", "--json"], at);
  await lines.line("counters");
  await documents.line("counters");
  const { task_id } = await cliJson<{ task_id: string }>(["enqueue", "test"], at);
  assertMatch(
    await lines.line(`completed test ${task_id}`),
    /^\d{4}-\d\d-\d\dT[\d:.]+Z completed test test_/,
  );
  const { event, data } = JSON.parse(await documents.line('"status":"completed"')) as {
    event: string;
    data: object;
  };
  assertEquals([event, (data as { task_id: string }).task_id], ["status", task_id]);

  await using _again = await service.restart();
  await documents.line('"reset"');
  const later = await cliJson<{ task_id: string }>(["enqueue", "test"], at);
  await lines.line(`completed test ${later.task_id}`);
  assertMatch(lines.stderr(), /The service is away; trying again in \d+ ms/);
  assertEquals([await lines.interrupt(), await documents.interrupt()], [130, 130]);
});

Deno.test({
  name: "a reader that has had enough is no error",
  ignore: lacks("bash", "head"),
  fn: async () => {
    const words = "deno run -q -P=cli --lock=tests/deno.lock --no-check src/cli/main.ts completions fish";
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", `${words} | head -c 10; echo " \${PIPESTATUS[0]}"`],
      cwd: ROOT,
    }).output();
    assertEquals([decoder.decode(stdout).slice(10), decoder.decode(stderr)], [" 0\n", ""]);
  },
});

Deno.test({
  name: "bash completes commands, options and their values",
  ignore: lacks("bash"),
  fn: async () => {
    const { stdout: script } = await cli(["completions", "bash"]);
    const complete = async (...words: string[]) => {
      const line = words.map((word) => `'${word}'`).join(" ");
      const test = `COMP_WORDS=(tutti ${line}); COMP_CWORD=${words.length}; _tutti; echo "\${COMPREPLY[*]}"`;
      const { stdout, stderr } = await new Deno.Command("bash", { args: ["-c", `${script}\n${test}`] })
        .output();
      assertEquals(decoder.decode(stderr), "");
      return decoder.decode(stdout).trim();
    };
    assertEquals(await complete("sta"), "status");
    assertEquals(await complete("documents", "r"), "rm");
    assertEquals(await complete("tasks", "--status", "f"), "failed");
    assertEquals(await complete("--json", "cache", "clear", "--pre"), "--prefix");
    assertEquals(await complete("scrape", "--wai"), "--wait");
  },
});
