// Crawlee's CheerioCrawler on Node, its request queue and its data set on disk (its default), as many requests at once
// from the first moment as it may have. `crawl` keeps url, title and text of a page and follows its links; with
// `markdown` also what turndown makes of it and its meta tags.
import { CheerioCrawler, Configuration, Dataset, log, LogLevel } from "crawlee";
import TurndownService from "turndown";
import { action, answer, settings } from "../lib.mjs";

const turndown = new TurndownService({
  headingStyle: "atx",
  codeBlockStyle: "fenced",
});

function metadataOf($) {
  const meta = {};
  $("meta[name][content], meta[property][content]").each((_, element) => {
    const { name, property, content } = element.attribs;
    meta[name ?? property] = content;
  });
  return {
    ...meta,
    canonical: $("link[rel=canonical]").attr("href"),
    lang: $("html").attr("lang"),
  };
}

const actions = {
  async crawl({ start, concurrency, folder, markdown }) {
    const configuration = new Configuration({
      storageClientOptions: { localDataDirectory: folder },
    });
    log.setLevel(LogLevel.OFF);
    let pages = 0;
    const crawler = new CheerioCrawler({
      minConcurrency: concurrency,
      maxConcurrency: concurrency,
      maxRequestRetries: 1,
      async requestHandler({ request, $, enqueueLinks, pushData }) {
        pages++;
        const page = {
          url: request.loadedUrl,
          title: $("title").text(),
          text: $("body").text(),
        };
        if (markdown) {
          page.metadata = metadataOf($);
          page.markdown = turndown.turndown($("body").html() ?? "");
        }
        await pushData(page);
        await enqueueLinks({ strategy: "same-hostname" });
      },
    }, configuration);
    const begun = performance.now();
    await crawler.run([start]);
    const seconds = (performance.now() - begun) / 1000;
    const { itemCount } = await (await Dataset.open(undefined, { config: configuration }))
      .getInfo();
    return { pages, kept: itemCount, seconds };
  },
};

answer(await actions[action](settings));
