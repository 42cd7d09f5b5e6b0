import type { FixedBuckets } from "./fixed_buckets.ts";

export type Labels = Readonly<Record<string, string>>;

/** Writes Prometheus text, format 0.0.4: one family after the other, its HELP and TYPE before its samples. */
export class Exposition {
  #out = "";

  /** A family of counters or gauges. One without samples is left out: HELP alone says nothing. */
  family(type: "counter" | "gauge", name: string, help: string, samples: Iterable<[Labels, number]>): void {
    let lines = "";
    for (const [labels, value] of samples) lines += `${name}${braces(labels)} ${number(value)}\n`;
    if (lines !== "") this.#out += header(type, name, help) + lines;
  }

  /** One counter or gauge without labels. */
  single(type: "counter" | "gauge", name: string, help: string, value: number): void {
    this.family(type, name, help, [[{}, value]]);
  }

  /** A family of histograms; the buckets count ms, the family is in seconds. */
  histogram(name: string, help: string, samples: Iterable<[Labels, FixedBuckets]>): void {
    let lines = "";
    for (const [labels, buckets] of samples) {
      const counts = buckets.cumulative();
      buckets.bounds.forEach((bound, i) => {
        lines += `${name}_bucket${braces({ ...labels, le: String(bound / 1000) })} ${counts[i]}\n`;
      });
      const total = counts.at(-1)!;
      lines += `${name}_bucket${braces({ ...labels, le: "+Inf" })} ${total}\n`;
      lines += `${name}_sum${braces(labels)} ${number(buckets.sum / 1000)}\n`;
      lines += `${name}_count${braces(labels)} ${total}\n`;
    }
    if (lines !== "") this.#out += header("histogram", name, help) + lines;
  }

  toString(): string {
    return this.#out;
  }
}

function header(type: string, name: string, help: string): string {
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
}

function braces(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function number(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}
