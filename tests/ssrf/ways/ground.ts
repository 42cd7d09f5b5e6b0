import type { ServiceProcess } from "../../e2e/service_process.ts";
import type { Canary, Reply } from "../canary.ts";
import type { Vector } from "../vectors.ts";

/** What a way in may use: the service, and sites of its own at a public address. */
export interface Ground {
  readonly service: ServiceProcess;
  readonly canary: Canary;
  /** Where the service looks for brand profiles. */
  readonly brandsDir: string;
}

/** A way a URL of somebody else can come to be asked for. */
export interface Way {
  name: string;
  /** Whether good URLs are asked for on this way too; a way that only keeps a URL's text proves nothing by that. */
  reaches: boolean;
  /**
   * Whether a refused connection is told on it. Not where a browser asks its own proxy once more after that has gone.
   * @default true
   */
  tellsRefused?: boolean;
  /** Hands every vector in and waits until nothing is left to happen. What became of each, where the way tells. */
  run(ground: Ground, vectors: readonly Vector[]): Promise<Map<string, string>>;
}

/** `each` over all of them, some at a time. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  each: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const entries = items.entries();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const [index, item] of entries) await each(item, index);
  }));
}

/** A site for each vector (`http://p-3.entry.test`), its pages by path. */
export function sitesFor(
  { canary }: Ground,
  vectors: readonly Vector[],
  prefix: string,
  pagesOf: (vector: Vector) => Record<string, Reply>,
): string[] {
  return vectors.map((vector, index) => {
    const host = `${prefix}-${index}.entry.test`;
    for (const [path, reply] of Object.entries(pagesOf(vector))) canary.pages.set(`${host}${path}`, reply);
    return `http://${host}/`;
  });
}

/** The problem's code of a refusal. */
export function refusalOf(status: number, body: unknown): string {
  return (body as { code?: string }).code ?? `HTTP ${status}`;
}

export interface TaskBody {
  task_id: string;
  status: string;
  error?: { code: string };
}

/** How a task ended: `completed`, `cancelled`, or the code of its failure. */
export async function endOf({ service }: Ground, taskId: string): Promise<string> {
  while (true) {
    const { body } = await service.json<TaskBody>(`/api/tasks/${encodeURIComponent(taskId)}?wait_s=30`);
    if (body.status === "failed") return body.error!.code;
    if (body.status === "completed" || body.status === "cancelled") return body.status;
  }
}

/** A POST that accepts a task; its end, or the code of its refusal. */
export async function endOfAccepted(ground: Ground, path: string, request: unknown): Promise<string> {
  const { status, body } = await ground.service.json<{ task_id: string }>(path, {
    method: "POST",
    body: JSON.stringify(request),
  });
  return status === 202 ? await endOf(ground, body.task_id) : refusalOf(status, body);
}

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`).replace(
    /[\n\t\0]/g,
    (c) => `&#${c.charCodeAt(0)};`,
  );
