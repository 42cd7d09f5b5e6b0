import { parseSitemap } from "../../src/scraping/extract/sitemap.ts";
import { type FakeAnswer, fakeDeps, FakeServices, FakeWeb } from "./fake_deps.ts";

type Pages = ConstructorParameters<typeof FakeWeb>[0];

/** A web whose sandbox reads sitemaps. Disposing of it checks that no body was left behind. */
export function sitemapWeb(pages: Pages, settings: Parameters<typeof fakeDeps>[2] = {}) {
  const web = new FakeWeb(pages);
  const { sandbox } = web;
  sandbox.sitemap = async (body, request, options) =>
    await parseSitemap(await sandbox.readBody(body, options), request);
  const services = new FakeServices();
  return {
    web,
    services,
    deps: fakeDeps(web, services, settings),
    [Symbol.dispose]() {
      services[Symbol.dispose]();
      if (web.bodies > 0) throw new Error(`${web.bodies} bodies were neither taken nor dropped`);
      if (services.held > 0) throw new Error(`${services.held} turns were not given back`);
    },
  };
}

export function urlset(urls: (string | [url: string, lastmod: string])[]): FakeAnswer {
  const entries = urls.map((each) => {
    const [url, lastmod] = typeof each === "string" ? [each] : each;
    return `<url><loc>${url}</loc>${lastmod === undefined ? "" : `<lastmod>${lastmod}</lastmod>`}</url>`;
  });
  return xml(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries.join("")}</urlset>`);
}

export function index(urls: string[]): FakeAnswer {
  const entries = urls.map((url) => `<sitemap><loc>${url}</loc></sitemap>`);
  return xml(`<sitemapindex>${entries.join("")}</sitemapindex>`);
}

export function text(body: string): FakeAnswer {
  return { headers: { "content-type": "text/plain" }, body };
}

export function html(title: string, links: [url: string, text: string][] = []): FakeAnswer {
  const list = links.map(([url, name]) => `<li><a href="${url}">${name}</a></li>`).join("");
  return {
    body: `<!doctype html><html><head><title>${title}</title></head><body><ul>${list}</ul></body></html>`,
  };
}

function xml(body: string): FakeAnswer {
  return { headers: { "content-type": "application/xml" }, body: `<?xml version="1.0"?>${body}` };
}
