/** What of a Grafana dashboard the tests read. */
export interface Dashboard {
  title: string;
  uid: string;
  schemaVersion: number;
  templating: { list: { name: string; definition?: string }[] };
  panels: Panel[];
}

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { refId: string; expr: string }[];
}

const FOLDER = new URL("../../../docs/observability/", import.meta.url);

export async function readDashboard(): Promise<Dashboard> {
  return JSON.parse(await Deno.readTextFile(new URL("grafana-dashboard.json", FOLDER)));
}

/** Every expression of the dashboard with the title of its panel, Grafana's variables filled in. */
export function expressionsOf(dashboard: Dashboard): { title: string; expr: string }[] {
  return dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      title,
      expr: expr.replaceAll("$__rate_interval", "10s").replaceAll("$instance", ".*"),
    }))
  );
}

/** The metrics an expression names. */
export function namesOf(expr: string): string[] {
  return [...expr.replaceAll(/"[^"]*"/g, '""').matchAll(/\b(?:tutti|process)_[a-z0-9_]+/g)].map(([name]) =>
    name
  );
}

/** Series names and family names of Prometheus text. */
export function exposed(text: string): { series: Set<string>; families: Set<string> } {
  return {
    series: new Set([...text.matchAll(/^([a-z_]+)[{ ]/gm)].map((match) => match[1]!)),
    families: new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]!)),
  };
}

export const readAlerts = (): Promise<string> => Deno.readTextFile(new URL("alerts.yml", FOLDER));
