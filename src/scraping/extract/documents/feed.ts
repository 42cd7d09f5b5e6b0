import type { ExtractedPage, PageLink } from "../../../sandbox/port.ts";
import { buildTree } from "../build_tree.ts";
import { toMarkdown } from "../markdown.ts";
import { escapeText } from "../markdown_text.ts";
import { PageUrls } from "../page_url.ts";
import { toPlainText } from "../plain_text.ts";
import { XmlScanner } from "../xml_scanner.ts";
import { documentPage, MAX_OUTPUT_CHARS } from "./document_page.ts";
import type { DocumentText } from "./document_text.ts";
import { type FeedEntry, FeedReader } from "./feed_reader.ts";

/** An RSS or Atom feed: its title and what it is about, then each entry with its title, link, date and summary. */
export function extractFeed({ text, charset, mediaType, request }: DocumentText): ExtractedPage {
  const reader = new FeedReader();
  const scanner = new XmlScanner(reader);
  scanner.push(text.slice(text.indexOf("<")));
  scanner.end();
  const { feed, entries } = reader;
  const urls = new PageUrls(request.url, undefined);
  const writer = { markdown: [] as string[], text: [] as string[], length: 0 };
  const links: PageLink[] = [];
  const title = plain(feed.title);
  if (title) write(writer, `# ${escapeText(title)}`, title);
  const about = plain(feed.summary);
  if (about) write(writer, escapeText(about), about);
  for (const entry of entries) {
    if (writer.length > MAX_OUTPUT_CHARS) break;
    const link = urls.resolveWeb(entry.link);
    const name = plain(entry.title) || link || "";
    if (link) links.push({ url: link, text: plain(entry.title) });
    if (name) write(writer, `## ${link ? `[${escapeText(name)}](${link})` : escapeText(name)}`, name);
    if (entry.date) write(writer, entry.date, entry.date);
    writeSummary(writer, entry, urls);
  }
  const home = urls.resolveWeb(feed.link);
  return documentPage({
    mediaType,
    charset,
    title,
    language: /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}$/i.test(feed.language) ? feed.language : undefined,
    markdown: writer.markdown.join("\n\n"),
    text: writer.text.join("\n\n"),
    source: text,
    links,
    metadata: known({ title, description: about, home, modified: feed.date, author: plain(feed.author) }),
  }, request);
}

interface FeedWriter {
  markdown: string[];
  text: string[];
  length: number;
}

function write(writer: FeedWriter, markdown: string, text: string): void {
  writer.markdown.push(markdown);
  writer.text.push(text);
  writer.length += markdown.length;
}

/** Summaries are HTML, whatever they say they are. */
function writeSummary(writer: FeedWriter, entry: FeedEntry, urls: PageUrls): void {
  if (!entry.summary.trim()) return;
  const { body } = buildTree(entry.summary);
  const markdown = toMarkdown(body, urls, { maxChars: MAX_OUTPUT_CHARS });
  if (markdown.trim()) write(writer, markdown, toPlainText(body, MAX_OUTPUT_CHARS));
}

/** Titles may hold markup of their own. */
function plain(text: string): string {
  const words = /[<&]/.test(text) ? toPlainText(buildTree(text).body, 2000) : text;
  return words.replace(/\s+/g, " ").trim().slice(0, 2000);
}

function known(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => !!entry[1]));
}
