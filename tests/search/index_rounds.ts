import type { IndexDocument } from "../../src/search/index_port.ts";
import { page, sections } from "./index_fixture.ts";

const PAGES = 40;

/** What is put in that round: each page again and again, with passages that stay, go and come; some pages are large. */
export function documentOfRound(round: number): IndexDocument {
  const number = round % PAGES;
  const version = Math.floor(round / PAGES);
  const size = number % 10 === 9 ? 150 : number % 7;
  const names = Array.from({ length: size }, (_, i) => `piano ${(i + version * (1 + number % 3)) % 200}`);
  return page(`p${number}`, sections(...names), {
    fetchedMs: 1000 + round,
    title: number % 4 === 0 ? `Title ${version}` : "Title",
    brand: number % 2 === 0 ? "even" : undefined,
  });
}
