import { assert, assertEquals } from "@std/assert";
import { lacks } from "../../needs.ts";
import { readDashboard } from "./dashboard.ts";

const here = new URL("./", import.meta.url).pathname;
const docs = new URL("../../../docs/observability/", import.meta.url).pathname;

async function promtool(...args: string[]): Promise<[number, string]> {
  const { code, stdout, stderr } = await new Deno.Command("promtool", { args, stdin: "null" }).output();
  return [code, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)];
}

Deno.test({
  name: "alerts.yml passes promtool check rules, prometheus.yml promtool check config",
  ignore: lacks("promtool"),
  fn: async () => {
    for (const [what, file] of [["rules", "alerts.yml"], ["config", "prometheus.yml"]] as const) {
      const [code, said] = await promtool("check", what, docs + file);
      assertEquals(code, 0, said);
    }
  },
});

Deno.test({
  name: "each alert fires when it should, and a service in order alerts nobody (promtool test rules)",
  ignore: lacks("promtool"),
  fn: async () => {
    const [code, said] = await promtool("test", "rules", `${here}alerts_unit.yml`);
    assertEquals(code, 0, said);
    const tested = await Deno.readTextFile(`${here}alerts_unit.yml`);
    const alerts = [...(await Deno.readTextFile(`${docs}alerts.yml`)).matchAll(/alert: (\w+)/g)];
    assert(alerts.length >= 10);
    for (const [, name] of alerts) assert(tested.includes(name!), `no test makes ${name} fire`);
  },
});

Deno.test("the dashboard is one Grafana can import: ids of their own, panels side by side, none on another", async () => {
  const { panels, uid, title, schemaVersion, templating } = await readDashboard();
  assertEquals([uid, title], ["tutti", "Tutti"]);
  assert(schemaVersion >= 39);
  assertEquals(templating.list.map(({ name }) => name), ["datasource", "instance"]);
  assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = new Set<string>();
  for (const { title, gridPos: { x, y, w, h }, type, targets = [] } of panels) {
    assert(title !== "" && x + w <= 24, title);
    assertEquals(targets.length > 0, type !== "row", title);
    assertEquals(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        const cell = `${column},${row}`;
        assert(!cells.has(cell), `${title} lies on another panel`);
        cells.add(cell);
      }
    }
  }
});
