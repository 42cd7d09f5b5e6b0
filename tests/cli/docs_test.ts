import { assert, assertEquals } from "@std/assert";
import { lacks } from "../needs.ts";
import { startService } from "../e2e/service_process.ts";
import { ROOT } from "./cli_process.ts";

const decoder = new TextDecoder();

async function bash(line: string, env: Record<string, string>): Promise<{ success: boolean; text: string }> {
  const script =
    `tutti() { deno run -q -P=cli --lock=tests/deno.lock --no-check src/cli/main.ts "$@"; }\n${line}`;
  const { success, stdout, stderr } = await new Deno.Command("bash", { args: ["-c", script], cwd: ROOT, env })
    .output();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Words without figures: times, ids and sizes are others every time. */
function wordsOf(text: string): string[] {
  return [...new Set(text.match(/[A-Za-z_]{3,}/g) ?? [])];
}

Deno.test({
  name: "every line of docs/cli.md works and answers what is shown",
  ignore: lacks("bash"),
  fn: async () => {
    await using service = await startService();
    const page = await Deno.readTextFile(`${ROOT}docs/cli.md`);
    const examples = [...page.matchAll(/^```console\n([\s\S]*?)^```/gm)]
      .flatMap(([, block]) => block!.split(/^\$ /m).slice(1));
    assert(examples.length >= 6);
    for (const example of examples) {
      const [line, ...shown] = example.split("\n");
      const { success, text } = await bash(line!, { TUTTI_URL: service.url, TUTTI_API_KEY: "" });
      assert(success, `${line}\n${text}`);
      const words = wordsOf(text);
      assertEquals(wordsOf(shown.join("\n")).filter((word) => !words.includes(word)), [], `${line}\n${text}`);
    }
  },
});

Deno.test({
  name: "the curl and HTTPie lines of docs/client.md are answered",
  ignore: lacks("bash", "curl", "http"),
  fn: async () => {
    await using service = await startService();
    const page = await Deno.readTextFile(`${ROOT}docs/client.md`);
    const lines = /^```sh\n([\s\S]*?)^```/m.exec(page)![1]!.split("\n").filter((line) => line !== "");
    assertEquals(lines.length, 8);
    for (const line of lines) {
      const here = line.replace("localhost:8080", new URL(service.url).host);
      const isStream = line.includes("/api/events"); // it has no end
      const { text } = await bash(
        `${isStream ? "timeout 5 " : ""}${here.replace(/^http /, "http --ignore-stdin ")}`,
        {},
      );
      assert(/"(task_id|tasks|running|components)":/.test(text), `${line}\n${text}`);
    }
  },
});
