import { assert, assertEquals, assertNotMatch } from "@std/assert";
import { SETTINGS } from "../../src/config/mod.ts";
import { client } from "./client.ts";

interface Shown {
  name: string;
  value: string | null;
  default: string;
  changed: boolean;
  secret: boolean;
  meaning: string;
}

async function settingsOf(
  env: Parameters<typeof client>[0],
  headers: HeadersInit = {},
): Promise<{ text: string; of: (name: string) => Shown }> {
  const { status, body } = await client(env).call<{ settings: Shown[] }>("/api/settings", { headers });
  assertEquals(status, 200);
  assertEquals(body.settings.map(({ name }) => name), SETTINGS.map(({ name }) => name));
  return { text: JSON.stringify(body), of: (name) => body.settings.find((each) => each.name === name)! };
}

Deno.test("GET /api/settings tells each setting's value, default and meaning", async () => {
  const { of } = await settingsOf({ WORKERS: "8", SCRAPE_PORTS: "80,8443", PROTECTED_MODE: "off" });
  const { meaning, ...workers } = of("WORKERS");
  assertEquals(workers, { name: "WORKERS", value: "8", default: "4", changed: true, secret: false });
  assert(meaning.startsWith("Web Workers in the pool"));
  assertEquals([of("SCRAPE_PORTS").value, of("PROTECTED_MODE").value], ["80,8443", "off"]);
  assertEquals([of("HOST").changed, of("TASKS_DIR").value, of("TASKS_DIR").default], [false, null, "unset"]);
});

Deno.test("GET /api/settings never tells a secret, nor what a URL hides", async () => {
  const secret = "hunter2-hunter2-hunter2";
  const { text, of } = await settingsOf({
    API_KEYS: `ops:${secret}`,
    WEBHOOK_SECRET: secret,
    CHROMA_TOKEN: secret,
    CHROMA_URL: `https://user:${secret}@chroma.example/?token=${secret}`,
    EMBEDDINGS_URL: "https://embed.example/v1",
    EMBEDDINGS_MODEL: "m",
    EMBEDDINGS_API_KEY: secret,
    LLM_URL: `https://llm.example/v1?key=${secret}`,
    LLM_MODEL: "m",
    LLM_API_KEY: secret,
  }, { authorization: `Bearer ${secret}` });
  assertNotMatch(text, /hunter2/);
  for (const name of ["API_KEYS", "WEBHOOK_SECRET", "CHROMA_TOKEN", "EMBEDDINGS_API_KEY", "LLM_API_KEY"]) {
    assertEquals([of(name).value, of(name).secret], ["set", true], name);
  }
  assertEquals(of("CHROMA_URL").value, "https://***:***@chroma.example/?***");
  const unset = await settingsOf({});
  assertEquals([unset.of("API_KEYS").value, unset.of("API_KEYS").secret], [null, true]);
});
