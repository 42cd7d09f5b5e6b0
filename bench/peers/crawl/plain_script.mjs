// What a script does that somebody writes in an afternoon: linkedom, Readability and turndown over page files, one
// after the other, no network, no limits. A page that throws is counted as done.
import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import { readdirSync, readFileSync } from "node:fs";
import TurndownService from "turndown";
import { action, answer, settings } from "../lib.mjs";

const turndown = new TurndownService({
  headingStyle: "atx",
  codeBlockStyle: "fenced",
});

const actions = {
  convert({ folder, passes }) {
    const files = readdirSync(folder).filter((name) => name.endsWith(".html"))
      .map((name) => `${folder}/${name}`);
    const before = process.cpuUsage();
    let pages = 0, failed = 0, characters = 0;
    for (let pass = 0; pass < passes; pass++) {
      for (const file of files) {
        pages++;
        try {
          const { document } = parseHTML(readFileSync(file, "utf8"));
          const article = new Readability(document).parse();
          characters += turndown.turndown(article?.content ?? "").length;
        } catch {
          failed++;
        }
      }
    }
    const { user, system } = process.cpuUsage(before);
    return { pages, failed, characters, cpuS: (user + system) / 1e6 };
  },
};

answer(await actions[action](settings));
