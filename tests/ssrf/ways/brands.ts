import type { Vector } from "../vectors.ts";
import { pagesOf } from "./crawling.ts";
import { inParallel, refusalOf, type Way } from "./ground.ts";

const AT_ONCE = 16;

/** A profile that does all it can to have the URL asked for. */
function profileFor(brand: string, { url }: Vector): string {
  const { hostname = "" } = URL.parse(url) ?? {};
  return [
    `brand: ${brand}`,
    `hosts: [${JSON.stringify(hostname || "pub.vec.test")}]`,
    `start_urls: [${JSON.stringify(url)}]`,
    "sitemap: skip",
    "max_depth: 0",
  ].join("\n");
}

export const BRANDS: readonly Way[] = [
  {
    name: "the preview of a brand profile",
    reaches: true,
    run: async ({ service }, vectors) => {
      const ends = new Map<string, string>();
      await inParallel(vectors, AT_ONCE, async (vector, index) => {
        const brand = `preview-${index}`;
        const { status, body } = await service.json(`/api/brands/${brand}/preview`, {
          method: "POST",
          body: JSON.stringify({ url: vector.url, profile: profileFor(brand, vector) }),
        });
        ends.set(vector.id, status === 200 ? "completed" : refusalOf(status, body));
      });
      return ends;
    },
  },
  {
    name: "the start page of a brand profile",
    reaches: true,
    run: async ({ service, brandsDir }, vectors) => {
      const brandOf = (index: number) => `start-${index}`;
      for (const [index, vector] of vectors.entries()) {
        const brand = brandOf(index);
        await Deno.writeTextFile(`${brandsDir}/${brand}.yaml`, profileFor(brand, vector));
      }
      const known = async () => (await service.json<{ brands: unknown[] }>("/api/brands")).body.brands.length;
      while (await known() < vectors.length) await new Promise((resolve) => setTimeout(resolve, 50));
      const ends = new Map<string, string>();
      await inParallel(vectors, AT_ONCE, async ({ id }, index) => {
        const { status, body } = await service.json<{ crawl_id: string }>(
          `/api/brands/${brandOf(index)}/crawl`,
          {
            method: "POST",
          },
        );
        if (status !== 202) return void ends.set(id, refusalOf(status, body));
        ends.set(id, [...(await pagesOf(service, body.crawl_id)).values()].join());
      });
      return ends;
    },
  },
];
