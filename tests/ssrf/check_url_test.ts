import { assertEquals } from "@std/assert";
import { checkUrl } from "../../src/platform/url_rules.ts";
import { OWN_VECTORS } from "./own_vectors.ts";
import { isRefused, loadVectors } from "./vectors.ts";

Deno.test("checkUrl() refuses every hostile URL that can be told by its text and passes every good one", async () => {
  const wrong: string[] = [];
  for (const vector of [...await loadVectors(), ...OWN_VECTORS]) {
    // What DNS or a redirect gives away later is the sandbox's to refuse.
    const told = vector.expect === "block" && !vector.group.includes("redirect") &&
      (vector.dns === undefined || vector.url.includes(".internal"));
    const refused = isRefused(() => checkUrl(vector.url, { ports: [80, 443, 8080, 8443] }));
    if (refused !== told) wrong.push(`${vector.id} ${vector.url}: ${refused ? "refused" : "passed"}`);
  }
  assertEquals(wrong, []);
});
