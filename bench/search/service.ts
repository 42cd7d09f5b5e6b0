/** The service as a user starts it, with a Chroma of its own, asked over HTTP. */
import { type ServiceProcess, startService } from "../../tests/e2e/service_process.ts";
import { CHROMA_LAUNCHER } from "../../tests/search/chroma_host.ts";

export interface Answer {
  degraded: boolean;
  passages: { document_id: string; url?: string }[];
  pages?: { document_id: string; url?: string }[];
}

export async function startSearching(env: Record<string, string> = {}): Promise<ServiceProcess> {
  if (CHROMA_LAUNCHER === undefined) throw new Error("there is no Chroma on this host");
  const service = await startService({
    env: {
      CHROMA_URL: "",
      CHROMA_LAUNCHER: CHROMA_LAUNCHER.join(" "),
      LOG_FORMAT: "json",
      WORKERS: String(navigator.hardwareConcurrency),
      WORKER_CONCURRENCY: "32",
      HOST_CONCURRENCY: "32",
      ...env,
    },
  });
  while ((await index(service)).vector_database.status !== "connected") await pause(50);
  return service;
}

export interface Index {
  documents: number;
  chunks: number;
  owed_vectors: number;
  vector_database: { status: string };
}

export async function index(service: ServiceProcess): Promise<Index> {
  const { status, body } = await service.json<Index>("/api/index");
  if (status !== 200) throw new Error(`GET /api/index answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** Until nothing waits or runs and nothing is owed. */
export async function settled(service: ServiceProcess): Promise<void> {
  while (true) {
    const { counts } =
      (await service.json<{ counts: Record<string, number> }>("/api/tasks/queue/status")).body;
    if (
      counts.queued! + counts.delayed! + counts.running! === 0 && (await index(service)).owed_vectors === 0
    ) return;
    await pause(50);
  }
}

/** Hands documents in, so many requests at once. Returns them by the ids they go by. @throws {Error} one is refused */
export async function handIn<T extends object>(
  service: ServiceProcess,
  documents: Iterable<T>,
  clients = 8,
): Promise<Map<string, T>> {
  const ids = new Map<string, T>();
  const iterator = documents[Symbol.iterator]();
  await Promise.all(Array.from({ length: clients }, async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      const { status, body } = await service.json<{ document_id: string }>("/api/documents", {
        method: "POST",
        body: JSON.stringify(next.value),
      });
      if (status !== 202) throw new Error(`POST /api/documents answered ${status}: ${JSON.stringify(body)}`);
      ids.set(body.document_id, next.value);
    }
  }));
  return ids;
}

export async function search(service: ServiceProcess, body: Record<string, unknown>): Promise<Answer> {
  const answer = await service.json<Answer>("/api/search", { method: "POST", body: JSON.stringify(body) });
  if (answer.status !== 200) {
    throw new Error(`POST /api/search answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return answer.body;
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
