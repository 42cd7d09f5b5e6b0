import { assertEquals } from "@std/assert";
import { lacksPackage } from "../needs.ts";
import { client } from "../http/client.ts";

const SPECTRAL = "npm:@stoplight/spectral-cli@6.16.3";

interface Finding {
  code: string;
  path: string[];
  message: string;
}

Deno.test({
  name: "/openapi.json has nothing that Spectral would say of it, not even a hint",
  ignore: lacksPackage(SPECTRAL),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const document = `${folder}/openapi.json`;
      await Deno.writeTextFile(document, JSON.stringify((await client().call("/openapi.json")).body));
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--quiet", "--no-lock", "-A", SPECTRAL, "lint", "--quiet", "--format", "json"],
          ...["--ruleset", new URL("spectral.yaml", import.meta.url).pathname, document],
        ],
        stdin: "null",
      }).output();
      const text = new TextDecoder().decode(stdout);
      const findings: Finding[] = JSON.parse(
        text.slice(text.indexOf("[")) || new TextDecoder().decode(stderr),
      );
      assertEquals(findings.map(({ code, path, message }) => `${code} ${path.join("/")}: ${message}`), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
