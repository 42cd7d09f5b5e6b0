import type { Vector } from "../vectors.ts";
import { endOfAccepted, type Ground, inParallel, refusalOf, type TaskBody, type Way } from "./ground.ts";

const AT_ONCE = 16;

/** One task for each vector, by a POST of its own. */
function oneByOne(name: string, path: string, requestOf: (url: string) => unknown): Way {
  return {
    name,
    reaches: true,
    run: async (ground, vectors) => {
      const ends = new Map<string, string>();
      await inParallel(vectors, AT_ONCE, async ({ id, url }) => {
        ends.set(id, await endOfAccepted(ground, path, requestOf(url)));
      });
      return ends;
    },
  };
}

/** One batch of a URL for each vector; how each ended. */
export async function batchOf(
  ground: Ground,
  vectors: readonly Vector[],
  urlOf: (vector: Vector) => string,
  options: Record<string, unknown> = {},
): Promise<Map<string, string>> {
  const ends = new Map<string, string>();
  const { status, body } = await ground.service.json<{
    batch_id: string;
    invalid_urls: { index: number; code: string }[];
  }>("/api/scrape/batch", {
    method: "POST",
    body: JSON.stringify({
      urls: vectors.map(urlOf),
      ignore_invalid: true,
      max_concurrent: 32,
      max_attempts: 1,
      ...options,
    }),
  });
  if (status !== 202) throw new Error(`the batch was refused: ${JSON.stringify(body).slice(0, 500)}`);
  const refused = new Map(body.invalid_urls.map(({ index, code }) => [index, code]));
  const accepted = vectors.filter((_, index) => !refused.has(index));
  for (const [index, code] of refused) ends.set(vectors[index]!.id, code);
  let at = 0;
  for (let next: string | null = `/api/batches/${body.batch_id}/results?limit=200`; next;) {
    const page: { results: TaskBody[]; next: string | null } =
      (await ground.service.json<typeof page>(next)).body;
    if (page.results.some(({ status }) => ["queued", "running", "delayed"].includes(status))) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    for (const { status, error } of page.results) ends.set(accepted[at++]!.id, error?.code ?? status);
    next = page.next;
  }
  return ends;
}

/** Against the page it is on, `http:/10.0.0.1/` is a path: only what means the same everywhere is judged by its end. */
function isAbsolute({ url }: Vector, base: string): boolean {
  if (!URL.canParse(url)) return !URL.canParse(url, base);
  return !/\p{Cc}/u.test(url) && new URL(url, base).href === new URL(url).href;
}

const HOP = "http://hop.entry.test/r";

const redirected = (code: number): Way => ({
  name: `a redirect ${code}`,
  reaches: true,
  run: async (ground, vectors) => {
    const ends = await batchOf(
      ground,
      vectors,
      ({ url }) => `${HOP}?code=${code}&to=${encodeURIComponent(url)}`,
    );
    for (const vector of vectors) if (!isAbsolute(vector, HOP)) ends.delete(vector.id);
    return ends;
  },
});

export const SCRAPING: readonly Way[] = [
  {
    name: "POST /api/scrape",
    reaches: true,
    run: async ({ service }, vectors) => {
      const ends = new Map<string, string>();
      await inParallel(vectors, AT_ONCE, async ({ id, url }) => {
        const { status, body } = await service.json("/api/scrape", {
          method: "POST",
          body: JSON.stringify({ url, deadline_ms: 20_000 }),
        });
        ends.set(id, status === 200 ? "completed" : refusalOf(status, body));
      });
      return ends;
    },
  },
  oneByOne("POST /api/tasks/scrape/async", "/api/tasks/scrape/async", (url) => ({ url, max_attempts: 1 })),
  oneByOne("POST /api/tasks", "/api/tasks", (url) => ({ type: "scrape", input: { url }, max_attempts: 1 })),
  {
    name: "POST /api/scrape/batch",
    reaches: true,
    run: (ground, vectors) => batchOf(ground, vectors, (v) => v.url),
  },
  ...[301, 302, 303, 307, 308].map(redirected),
  oneByOne("ctx.fetch of a process task", "/api/tasks", (url) => ({ type: "fetches", input: { url } })),
];
