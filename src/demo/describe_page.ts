export interface DemoTask {
  status: string;
  run_ms?: number;
  error?: { code: string; message: string };
  result?: {
    final_url: string;
    title?: string;
    language?: string;
    markdown?: string;
    product?: Record<string, { value: unknown; source: string }> | null;
  };
}

const FIELDS = ["name", "brand", "sku", "price", "currency", "availability"];
const SHOWN_LINES = 5;

/** What came out of one page, in a few lines for a person. */
export function describePage(task: DemoTask): string {
  if (!task.result) return `✗ ${task.status}: ${task.error?.code} ${task.error?.message}`;
  const { final_url, title, language, markdown = "", product } = task.result;
  const lines = [`✓ ${title}  [${language ?? "?"}, ${task.run_ms} ms]`, `  ${final_url}`];
  if (product) {
    for (const field of FIELDS) {
      const found = product[field];
      if (found) lines.push(`  ${field.padEnd(13)}${String(found.value)}  (${found.source})`);
    }
  }
  const text = markdown.split("\n").filter((line) => line.trim() !== "");
  for (const line of text.slice(0, SHOWN_LINES)) lines.push(`  │ ${clip(line, 100)}`);
  if (text.length > SHOWN_LINES) lines.push(`  │ … ${text.length - SHOWN_LINES} more lines of Markdown`);
  return lines.join("\n");
}

const clip = (line: string, length: number) => line.length > length ? line.slice(0, length - 1) + "…" : line;
