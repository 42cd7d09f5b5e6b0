import { assert, assertEquals } from "@std/assert";
import { serveSamplePages } from "../../src/demo/sample_site.ts";
import { lacks } from "../needs.ts";
import { startService } from "./service_process.ts";

/** One `$ curl ...` line of the README and the answer printed below it. */
interface Example {
  command: string;
  shown: string;
}

const README = new URL("../../README.md", import.meta.url);

export function examplesOf(markdown: string): Example[] {
  return [...markdown.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
    block!.split(/^\$ /m).slice(1).map((part) => {
      const [command, ...answer] = part.split("\n");
      return { command: command!, shown: answer.join("\n").trim() };
    })
  );
}

/** Keys of the answer shown, before anything that was shortened. */
function keysOf(shown: string): string[] {
  return [...shown.matchAll(/"([a-z_]+)":/g)].map((match) => match[1]!);
}

Deno.test({
  name: "every line of the README's walk works and answers what is shown",
  ignore: lacks("bash", "curl"),
  fn: async () => {
    const examples = examplesOf(await Deno.readTextFile(README));
    assert(examples.length >= 12, `only ${examples.length} examples were found`);
    await using site = await serveSamplePages();
    await using service = await startService({ env: { ALLOW_PRIVATE_HOSTS: site.host } });
    const here = (text: string) =>
      text.replaceAll("127.0.0.1:8081", site.host).replaceAll("localhost:8080", new URL(service.url).host);
    for (const { command, shown } of examples) {
      const { stdout, success } = await new Deno.Command("bash", { args: ["-c", `${here(command)} -s`] })
        .output();
      const answer = new TextDecoder().decode(stdout);
      assert(success, command);
      const keys = new Set(keysOf(answer));
      assertEquals(keysOf(shown).filter((key) => !keys.has(key)), [], `${command}\nanswered ${answer}`);
      const status = /^\{[^{]*?"status":("?\w+"?)/;
      if (status.test(shown)) assertEquals(status.exec(answer)?.[1], status.exec(shown)![1], command);
    }
  },
});
