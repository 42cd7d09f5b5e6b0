import { imageSource } from "./image_source.ts";
import { isAdmonition, isAdmonitionTitle } from "./markdown_admonition.ts";
import { fencedCode, rawText } from "./markdown_code.ts";
import { FootNotes, isBackLink } from "./markdown_notes.ts";
import { escapeLineStart, escapeText, inlineCode, mark, markdownUrl } from "./markdown_text.ts";
import { renderTable } from "./markdown_table.ts";
import type { PageUrls } from "./page_url.ts";
import { attribute, collapse, cut, INLINE, type TreeElement, type TreeNode, UNREAD } from "./tree.ts";
import { isHidden } from "./visibility.ts";

/** Lists and quotes nested deeper than this are written flat: each level costs a pass over the text below it. */
const MAX_INDENT_LEVELS = 12;
const SKIPPED = new Set([...UNREAD, "input", "button", "option", "link", "meta", "base", "rp", "dialog"]);
SKIPPED.delete("noscript");
const HEADING = /^h[1-6]$/;

/**
 * CommonMark with tables, links and images absolute, of what stands below `root`, under a heading of the page that does
 * not.
 */
export function toMarkdown(
  root: TreeElement,
  urls: PageUrls,
  options: { maxChars: number; heading?: string },
): string {
  const blocks = new MarkdownWriter(urls, new FootNotes(root)).blocks(root, 0);
  if (options.heading !== undefined) blocks.unshift(`# ${escapeText(options.heading)}`);
  const text = blocks.join("\n\n");
  return text.length > options.maxChars ? cut(text, options.maxChars) : text;
}

export class MarkdownWriter {
  readonly #urls: PageUrls;
  readonly #notes: FootNotes;
  readonly #holdsBlock = new Map<TreeElement, boolean>();

  constructor(urls: PageUrls, notes: FootNotes) {
    this.#urls = urls;
    this.#notes = notes;
  }

  /** The blocks below an element, each without a blank line at its ends. */
  blocks(element: TreeElement, level: number): string[] {
    const out: string[] = [];
    let run: TreeNode[] = [];
    const flush = () => {
      if (run.length > 0) out.push(...this.paragraphs(run));
      run = [];
    };
    for (const child of element.children) {
      if (
        typeof child === "string" || (INLINE.has(child.name) && !this.#hasBlock(child)) || child.name === "br"
      ) {
        run.push(child);
      } else if (!SKIPPED.has(child.name) && !isHidden(child)) {
        flush();
        for (const block of this.#block(child, level)) out.push(block);
      }
    }
    flush();
    return out;
  }

  paragraphs(nodes: TreeNode[]): string[] {
    const out: string[] = [];
    let lines: string[] = [];
    for (const line of this.inline(nodes).split("\n")) {
      const tidy = line.trim();
      if (tidy) lines.push(escapeLineStart(tidy));
      else if (lines.length > 0) {
        out.push(lines.join("  \n"));
        lines = [];
      }
    }
    if (lines.length > 0) out.push(lines.join("  \n"));
    return out;
  }

  /** One run of text; a line break is `\n`, other white space is single. */
  inline(nodes: TreeNode[]): string {
    let text = "";
    for (const node of nodes) {
      if (typeof node === "string") text += escapeText(node.replace(/\s{2,}|[^\S ]/g, " "));
      else text += node.name === "sup" ? this.#raised(node, text) : this.#inlineElement(node);
    }
    return text.replace(/ {2,}/g, " ");
  }

  #inlineElement(element: TreeElement): string {
    if (SKIPPED.has(element.name) || isHidden(element)) return "";
    switch (element.name) {
      case "br":
        return "\n";
      case "wbr":
        return "";
      case "img":
        return this.#image(element);
      case "a":
        return this.#link(element);
      case "b":
      case "strong":
        return mark(this.inline(element.children), "**");
      case "i":
      case "em":
        return mark(this.inline(element.children), "*");
      case "del":
      case "s":
      case "strike":
        return mark(this.inline(element.children), "~~");
      case "code":
      case "kbd":
      case "samp":
      case "tt":
        return inlineCode(rawText(element));
      case "q":
        return `"${this.inline(element.children)}"`;
      case "rt":
        return ` (${this.inline(element.children)})`;
      default: {
        const text = this.inline(element.children);
        return INLINE.has(element.name) ? text : ` ${text} `;
      }
    }
  }

  /** A raised number after a number or letter is a power: without a sign `10` raised to `6` would read `106`. */
  #raised(element: TreeElement, before: string): string {
    const text = this.inline(element.children);
    return /^[-+−]?\d{1,4}$/.test(text) && /[\p{L}\p{N})]$/u.test(before.slice(-2)) ? `^${text}` : text;
  }

  #link(element: TreeElement): string {
    const note = this.#notes.labelOf(element);
    if (note !== undefined) return `[^${note}]`;
    if (isBackLink(element)) return "";
    const text = this.inline(element.children);
    const href = attribute(element, "href");
    const label = text.trim();
    if (!label || /^(#|¶|§|🔗)$/.test(label.replace(/^\\/, ""))) return text === "" || !label ? text : "";
    const url = href === undefined ? undefined : this.#urls.resolve(href);
    if (!url) return text;
    const lead = text.startsWith(" ") || text.startsWith("\n") ? " " : "";
    const trail = text.endsWith(" ") || text.endsWith("\n") ? " " : "";
    return `${lead}[${label.replace(/\n+/g, " ")}](${markdownUrl(url)})${trail}`;
  }

  #image(element: TreeElement): string {
    const url = this.#urls.resolveWeb(imageSource(element));
    if (!url || attribute(element, "width") === "1" || attribute(element, "height") === "1") return "";
    // Brackets in a text that stands in brackets: escapes are read differently, round ones the same by all.
    const alt = collapse(attribute(element, "alt") ?? "").slice(0, 500).replaceAll("[", "(").replaceAll(
      "]",
      ")",
    );
    const title = collapse(attribute(element, "title") ?? "").slice(0, 500);
    const shown = title === "" || title === alt ? "" : ` "${title.replace(/["\\()]/g, "\\$&")}"`;
    return `![${escapeText(alt)}](${markdownUrl(url)}${shown})`;
  }

  #block(element: TreeElement, level: number): string[] {
    const name = element.name;
    if (HEADING.test(name)) {
      const text = collapse(this.inline(element.children));
      // Not needed by the specification, but readers that take the marks off would take the number for one too.
      const numbered = text.replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2");
      return text ? [`${"#".repeat(Number(name[1]))} ${numbered}`] : [];
    }
    switch (name) {
      case "ul":
      case "ol":
      case "menu":
      case "dir":
        return this.#list(element, level);
      case "pre":
      case "listing":
        return fencedCode(element);
      case "blockquote":
        return this.#indent(this.blocks(element, level + 1), level, "> ", "> ");
      case "hr":
        // Not "---": at the beginning that opens a front matter.
        return ["* * *"];
      case "table":
        return renderTable(element, this, level);
      case "dt": {
        const text = this.inline(element.children).trim().replace(/\n+/g, " ");
        return text ? [/[*`]/.test(text) ? text : mark(text, "**")] : [];
      }
      case "summary":
        return this.paragraphs(element.children).map((text) => mark(text, "**"));
      case "a":
        return this.#linkedBlocks(element, level);
      case "code":
      case "kbd":
      case "samp":
      case "tt":
        return fencedCode(element);
      default: {
        const note = this.#notes.noteAt(element);
        if (note !== undefined) return this.#note(note, element, level);
        if (isAdmonition(element)) return this.#indent(this.blocks(element, level + 1), level, "> ", "> ");
        if (isAdmonitionTitle(element)) {
          return this.paragraphs(element.children).map((text) => mark(text, "**"));
        }
        return this.blocks(element, level);
      }
    }
  }

  #note(label: string, element: TreeElement, level: number): string[] {
    return this.#indent([this.blocks(element, level + 1).join("\n\n")], level, `[^${label}]: `, "    ");
  }

  #list(element: TreeElement, level: number): string[] {
    const ordered = element.name === "ol";
    const first = Number.parseInt(attribute(element, "start") ?? "1", 10);
    let number = Number.isSafeInteger(first) && first >= 0 && first < 1e9 ? first : 1;
    const items: string[] = [];
    let loose = false;
    for (const child of element.children) {
      if (typeof child === "string") {
        if (child.trim()) items.push(...this.paragraphs([child]));
        continue;
      }
      if (SKIPPED.has(child.name) || isHidden(child)) continue;
      const note = this.#notes.noteAt(child);
      if (note !== undefined) {
        items.push(...this.#note(note, child, level));
        continue;
      }
      const blocks = this.blocks(child.name === "li" ? child : wrap(child), level + 1);
      if (blocks.length === 0) continue;
      // A list right after the item's text stays tight; two paragraphs do not.
      const tight = blocks.slice(1).every((block) => /^(\s*[-*+] |\s*\d+\. )/.test(block));
      if (!tight) loose = true;
      const body = blocks.join(tight ? "\n" : "\n\n");
      const bullet = ordered ? `${number++}. ` : "- ";
      items.push(...this.#indent([body], level, bullet, " ".repeat(bullet.length)));
    }
    return items.length > 0 ? [items.join(loose ? "\n\n" : "\n")] : [];
  }

  #indent(blocks: string[], level: number, first: string, rest: string): string[] {
    if (blocks.length === 0) return [];
    const text = blocks.join("\n\n");
    if (level >= MAX_INDENT_LEVELS) return [text];
    const blank = rest.trimEnd();
    const lines = text.split("\n");
    return [lines.map((line, i) => i === 0 ? first + line : line === "" ? blank : rest + line).join("\n")];
  }

  /** A link round blocks (a card): its heading, or else its first line, carries the link. */
  #linkedBlocks(element: TreeElement, level: number): string[] {
    const blocks = this.blocks(element, level);
    const url = this.#urls.resolve(attribute(element, "href"));
    if (!url) return blocks;
    const plain = (block: string) => !block.includes("\n") && !block.includes("](");
    let at = blocks.findIndex((block) => block.startsWith("#") && plain(block));
    if (at < 0) at = blocks.findIndex((block) => plain(block) && !block.startsWith("-"));
    if (at < 0) return blocks;
    const heading = /^#{1,6} /.exec(blocks[at]!)?.[0] ?? "";
    blocks[at] = `${heading}[${blocks[at]!.slice(heading.length)}](${markdownUrl(url)})`;
    return blocks;
  }

  #hasBlock(element: TreeElement): boolean {
    let known = this.#holdsBlock.get(element);
    if (known === undefined) {
      known = element.children.some((child) =>
        typeof child !== "string" && child.name !== "br" &&
        (!INLINE.has(child.name) ? !SKIPPED.has(child.name) : this.#hasBlock(child))
      );
      this.#holdsBlock.set(element, known);
    }
    return known;
  }
}

function wrap(child: TreeElement): TreeElement {
  return { name: "li", attributes: {}, children: [child], parent: undefined, depth: child.depth };
}
