import { assert, assertEquals } from "@std/assert";
import { startService } from "../../e2e/service_process.ts";
import { articlePage, startSite } from "../../fakes/site.ts";
import { lacks } from "../../needs.ts";
import { exposed, expressionsOf, namesOf, readAlerts, readDashboard } from "./dashboard.ts";
import { eventually, startPrometheus } from "./prometheus_process.ts";

interface Target {
  health: string;
  lastError: string;
}

interface Rule {
  name: string;
  health: string;
  lastError?: string;
}

Deno.test({
  name: "a real Prometheus scrapes the service: every panel has data, every rule works, nothing is wrong",
  ignore: lacks("prometheus"),
  fn: async (t) => {
    await using site = startSite({ "/a.html": articlePage("A") });
    // Search is on, its Chroma cannot start: searches are of words alone, vectors are owed.
    await using service = await startService({
      env: { CHROMA_URL: "", CHROMA_LAUNCHER: "/bin/false", ALLOW_PRIVATE_HOSTS: site.host, WORKERS: "2" },
    });
    const post = async (path: string, body: unknown) => {
      const { status } = await service.json(path, { method: "POST", body: JSON.stringify(body) });
      assert(status < 300, `${path}: ${status}`);
    };
    const traffic = async (round: number) => {
      await post("/api/tasks", {
        type: "scrape",
        input: { url: `${site.url}/a.html?${round}`, index: true },
      });
      await post("/api/tasks", { type: "test", input: { delay_s: 0 } });
      await post("/api/search", { query: "article", mode: "hybrid" });
      for (let i = 0; i < 2; i++) await service.json("/api/test/cache");
    };
    await traffic(0);
    await using prometheus = await startPrometheus({ target: service.url });
    let round = 0;
    await eventually("two scrapes with traffic between them", async () => {
      await traffic(++round);
      const [scrapes] = await prometheus.query('count_over_time(up{job="tutti"}[1m])');
      const [done] = await prometheus.query(
        'rate(tutti_task_attempts_total{type="scrape",outcome="completed"}[10s])',
      );
      return Number(scrapes?.value[1]) >= 3 && Number(done?.value[1]) > 0;
    });

    await t.step("it reads the text without an error", async () => {
      const { activeTargets } = await prometheus.get<{ activeTargets: Target[] }>("/api/v1/targets");
      assertEquals(activeTargets.map(({ health, lastError }) => [health, lastError]), [["up", ""]]);
      assert(!/level=(error|warn)/.test(prometheus.log()), prometheus.log());
    });

    const text = await (await fetch(`${service.url}/metrics`)).text();
    const { series, families } = exposed(text);
    const dashboard = await readDashboard();
    const expressions = expressionsOf(dashboard);

    await t.step("the panels name metrics that there are, and leave none out", () => {
      for (const { title, expr } of expressions) {
        for (const name of namesOf(expr)) assert(series.has(name), `${title}: there is no ${name}`);
      }
      const drawn = new Set(
        expressions.flatMap(({ expr }) => namesOf(expr)).map((name) =>
          name.replace(/_(bucket|sum|count)$/, "")
        ),
      );
      const left = [...families].filter((family) => !drawn.has(family));
      assertEquals(left, [], "no panel draws them");
    });

    await t.step("each panel has data", async () => {
      const empty: string[] = [];
      for (const { title, expr } of expressions) {
        const samples = await prometheus.query(expr);
        if (samples.length === 0) empty.push(`${title}: ${expr}`);
      }
      assertEquals(empty, []);
    });

    await t.step("each rule is evaluated, and names metrics that there are", async () => {
      const { groups } = await prometheus.get<{ groups: { rules: Rule[] }[] }>("/api/v1/rules");
      const rules = groups.flatMap(({ rules }) => rules);
      assert(rules.length >= 10);
      assertEquals(rules.filter(({ health }) => health !== "ok"), []);
      for (const name of namesOf(await readAlerts())) assert(series.has(name), `an alert names ${name}`);
    });

    await t.step("labels are of closed sets: no address, no id, no path of a caller", async () => {
      await service.json("/secret/path?token=1");
      const after = await (await fetch(`${service.url}/metrics`)).text();
      for (const word of [site.host, "secret", "127.0.0.1", "a.html"]) assert(!after.includes(word), word);
      const names = new Set([...after.matchAll(/[{,]([a-z_]+)="/g)].map((match) => match[1]!));
      assertEquals([...names].sort(), [
        "deno",
        "kind",
        "le",
        "method",
        "mode",
        "outcome",
        "result",
        "route",
        "status",
        "type",
        "version",
      ]);
    });

    await t.step("the summary says the same in its own words", async () => {
      const { body } = await service.json<SummaryBody>("/monitoring/metrics-summary?window_s=300");
      const here = body.hosts.by_host.find(({ host }) => host.startsWith("127.0.0.1"));
      assert(here !== undefined && here.answered >= 1, JSON.stringify(body.hosts));
      assert(
        body.search.queries >= 2 && body.search.degraded === body.search.queries,
        JSON.stringify(body.search),
      );
      assertEquals(body.search.vector_database, "unavailable");
      assert(body.saturation.workers === 2 && body.saturation.busy_share.mean !== null);
      assert(body.saturation.oldest_queued_s !== null);
      assert(body.tasks.wait_ms.p99 !== null && body.tasks.run_ms.p99 !== null);
    });
  },
});

interface SummaryBody {
  hosts: { by_host: { host: string; answered: number }[] };
  search: { queries: number; degraded: number; vector_database: string | null };
  saturation: { workers: number; busy_share: { mean: number | null }; oldest_queued_s: number | null };
  tasks: { wait_ms: { p99: number | null }; run_ms: { p99: number | null } };
}
