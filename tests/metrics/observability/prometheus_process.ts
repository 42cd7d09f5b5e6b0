const ALERTS = new URL("../../../docs/observability/alerts.yml", import.meta.url).pathname;

/** A sample of an instant query: its labels and its value. */
export interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

export interface PrometheusProcess extends AsyncDisposable {
  readonly url: string;
  /** What an expression gives now. @throws {Error} Prometheus cannot evaluate it */
  query(expr: string): Promise<Sample[]>;
  get<T>(path: string): Promise<T>;
  log(): string;
}

/** A real Prometheus that scrapes `target` each second and has the alert rules of the documents loaded. */
export async function startPrometheus(options: { target: string }): Promise<PrometheusProcess> {
  const folder = await Deno.makeTempDir({ prefix: "tutti-prometheus-" });
  await Deno.writeTextFile(
    `${folder}/prometheus.yml`,
    JSON.stringify({ // YAML is a superset of it
      global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
      rule_files: [ALERTS],
      scrape_configs: [{ job_name: "tutti", static_configs: [{ targets: [new URL(options.target).host] }] }],
    }),
  );
  const address = `127.0.0.1:${freePort()}`;
  const url = `http://${address}`;
  const child = new Deno.Command("prometheus", {
    args: [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${address}`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let text = "";
  const draining = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) text += decoder.decode(chunk, { stream: true });
  })();
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(url + path);
    const body = await response.json();
    if (body.status !== "success") throw new Error(`${path}: ${JSON.stringify(body)}`);
    return body.data;
  };
  const started: PrometheusProcess = {
    url,
    get,
    query: async (expr) =>
      (await get<{ result: Sample[] }>(`/api/v1/query?${new URLSearchParams({ query: expr })}`)).result,
    log: () => text,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch {
        // it had ended by itself
      }
      await child.status;
      await draining;
      await Deno.remove(folder, { recursive: true });
    },
  };
  try {
    await eventually("Prometheus is ready", async () => {
      const response = await fetch(`${url}/-/ready`);
      await response.body?.cancel();
      return response.ok;
    });
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw new Error(`Prometheus did not start:\n${text}`, { cause: error });
  }
  return started;
}

/** Looks until it is so, for twenty seconds; a look that throws is a no. */
export async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 20_000;
  let last: unknown;
  while (performance.now() < untilMs) {
    try {
      if (await look()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`not within 20 s: ${what}`, { cause: last });
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
