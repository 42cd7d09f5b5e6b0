import { assertEquals } from "@std/assert";
import { startService } from "../e2e/service_process.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("the example of docs/client.md type-checks, runs and prints what it is about", async () => {
  await using service = await startService({ env: { WORKERS: "2" } });
  const page = await Deno.readTextFile(new URL("docs/client.md", ROOT));
  const example = /^```ts\n([\s\S]*?)^```/m.exec(page)![1]!
    .replace("http://127.0.0.1:8080", service.url)
    .replace("./src/client/mod.ts", new URL("src/client/mod.ts", ROOT).href);
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, example);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-q",
        "--check",
        "--no-lock",
        `--config=${new URL("deno.json", ROOT).pathname}`,
        "--allow-net",
        file,
      ],
      env: { NO_COLOR: "1" },
      cwd: ROOT,
    }).output();
    const decoder = new TextDecoder();
    const lines = decoder.decode(stdout).trim().split("\n");
    assertEquals(lines[0], "completed { slept_s: 0.2 }", decoder.decode(stderr));
    assertEquals(lines.filter((line) => / of 3$/.test(line)).length > 0, true, lines.join("\n"));
    assertEquals(lines.at(-2)!.replace(/req_\w+/, "req"), "not_found 404 req");
    assertEquals(lines.at(-1), "0");
  } finally {
    await Deno.remove(file);
  }
});
