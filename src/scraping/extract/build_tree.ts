import { Tokenizer } from "htmlparser2";
import { AttributeReader } from "./attribute_reader.ts";
import * as rules from "./html_rules.ts";
import type { PageTree } from "./page_tree.ts";
import { createElement, INLINE, MAX_DEPTH, type TreeElement } from "./tree.ts";

export type { PageTree, ScriptText } from "./page_tree.ts";

/**
 * HTML text to a tree in linear time and bounded memory, whatever the text is. Built on a tokenizer alone: a full HTML
 * parser's adoption agency turns 56 KB of misnested `<font>` into gigabytes and its nesting has no limit. The rules
 * kept here are those that real pages need: implied ends, void elements, table scopes, and misnested formatting, whose
 * late end tag closes the formatting element and leaves the blocks inside it open.
 */
export function buildTree(html: string): PageTree {
  const builder = new TreeBuilder(html);
  const tokenizer = new Tokenizer({ decodeEntities: true }, builder);
  tokenizer.write(html);
  tokenizer.end();
  return builder.tree;
}

class TreeBuilder {
  readonly tree: PageTree;
  readonly #html: string;
  /** Open elements, the body first. */
  readonly #stack: TreeElement[];
  /** How many of each name are open; end tags of others are ignored without a search. */
  readonly #openCounts = new Map<string, number>();
  /** Elements left out because of depth, by name: their end tags must not close somebody else. */
  readonly #leftOut = new Map<string, number>();
  #nodes = 0;
  #text: string[] = [];
  #name = "";
  readonly #attributeReader = new AttributeReader();
  /** Inside a dropped element: its name and how many of that name are open. */
  #dropped: { name: string; depth: number } | undefined;
  #script: { type: string; id?: string; parts: string[] } | undefined;
  #inHead = true;
  /** Whose text was added last, if that ended in a space: asking the grown text itself would copy it each time. */
  #spaced: TreeElement | undefined;

  constructor(html: string) {
    this.#html = html;
    const root = createElement("#root", {}, undefined);
    const head = createElement("head", {}, root);
    const body = createElement("body", {}, root);
    root.children.push(head, body);
    this.tree = { root, head, body, scripts: [], metas: [], htmlAttributes: {}, elements: 0 };
    this.#stack = [body];
  }

  onopentagname(start: number, end: number): void {
    this.#name = rules.tagName(this.#html, start, end);
    this.#attributeReader.start();
  }

  onattribname(start: number, end: number): void {
    this.#attributeReader.name(this.#html, start, end);
  }

  onattribdata(start: number, end: number): void {
    this.#attributeReader.data(this.#html, start, end);
  }

  onattribentity(codePoint: number): void {
    this.#attributeReader.entity(codePoint);
  }

  onattribend(): void {
    this.#attributeReader.end();
  }

  onselfclosingtag(end: number): void {
    // `<div/>` opens a div in HTML; only dropped foreign elements (`<svg/>`) really end here.
    if (rules.DROPPED.has(this.#name) && !rules.RAW.has(this.#name)) return;
    this.onopentagend(end);
  }

  onopentagend(_end: number): void {
    const name = this.#name;
    if (this.#dropped) {
      if (name === this.#dropped.name) this.#dropped.depth++;
      return;
    }
    if (name === "script") {
      const type = (this.#attributeReader.attributes.type ?? "").trim().toLowerCase();
      this.#script = { type, id: this.#attributeReader.attributes.id, parts: [] };
      return;
    }
    if (rules.DROPPED.has(name)) {
      this.#dropped = { name, depth: 1 };
      return;
    }
    if (name === "html") {
      for (const [key, value] of Object.entries(this.#attributeReader.attributes)) {
        this.tree.htmlAttributes[key] ??= value;
      }
      return;
    }
    if (name === "head") return;
    if (name === "body") {
      this.#flushText();
      this.#inHead = false;
      for (const [key, value] of Object.entries(this.#attributeReader.attributes)) {
        this.tree.body.attributes[key] ??= value;
      }
      return;
    }
    if (this.#inHead && !rules.HEAD_ONLY.has(name)) {
      this.#flushText();
      this.#inHead = false;
    }
    this.#open(name);
  }

  onclosetag(start: number, end: number): void {
    const name = rules.tagName(this.#html, start, end);
    if (this.#dropped) {
      if (name === this.#dropped.name && --this.#dropped.depth === 0) this.#dropped = undefined;
      return;
    }
    if (name === "script") {
      this.#endScript();
      return;
    }
    if (name === "head") {
      this.#flushText();
      this.#inHead = false;
      return;
    }
    if (name === "body" || name === "html" || rules.VOID.has(name)) {
      if (name === "br") this.#open("br");
      return;
    }
    const leftOut = this.#leftOut.get(name) ?? 0;
    if (leftOut > 0) {
      this.#leftOut.set(name, leftOut - 1);
      return;
    }
    this.#close(name);
  }

  ontext(start: number, end: number): void {
    if (this.#script) this.#script.parts.push(this.#html.slice(start, end));
    else if (!this.#dropped) this.#text.push(this.#html.slice(start, end));
  }

  ontextentity(codePoint: number): void {
    if (!this.#dropped && !this.#script) this.#text.push(String.fromCodePoint(codePoint));
  }

  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}

  onend(): void {
    if (this.#script) this.#endScript();
    this.#flushText();
  }

  #open(name: string): void {
    this.#flushText();
    if (this.#nodes >= rules.MAX_NODES) {
      if (!rules.VOID.has(name)) this.#leftOut.set(name, (this.#leftOut.get(name) ?? 0) + 1);
      return;
    }
    this.#endImplied(name);
    const parent = this.#parent(name);
    if (parent.depth >= MAX_DEPTH) {
      if (!rules.VOID.has(name)) this.#leftOut.set(name, (this.#leftOut.get(name) ?? 0) + 1);
      // The words on both sides of a dropped block must not run together.
      if (!INLINE.has(name) && this.#text.length === 0 && this.#spaced !== parent) this.#text.push(" ");
      return;
    }
    const element = createElement(name, this.#attributeReader.attributes, parent);
    parent.children.push(element);
    if (rules.METAS.has(name)) this.tree.metas.push(element);
    this.#nodes++;
    this.tree.elements++;
    if (rules.VOID.has(name)) return;
    this.#stack.push(element);
    this.#openCounts.set(name, (this.#openCounts.get(name) ?? 0) + 1);
  }

  /** Elements of a head before the body go to the head; everything else to the innermost open element. */
  #parent(name: string): TreeElement {
    if (this.#inHead && rules.HEAD_ONLY.has(name) && this.#stack.length === 1) return this.tree.head;
    return this.#stack[this.#stack.length - 1]!;
  }

  #endImplied(name: string): void {
    if (rules.CLOSES_P.has(name) && this.#openCounts.get("p")) this.#closeWithin("p");
    if (rules.HEADINGS.has(name) && rules.HEADINGS.has(this.#stack[this.#stack.length - 1]!.name)) {
      this.#pop();
    }
    const rule = rules.IMPLIED_ENDS[name];
    if (!rule || !Object.hasOwn(rules.IMPLIED_ENDS, name)) return;
    if (rule.within.size === 0 && !this.#openCounts.get(name)) return;
    let lowest = -1;
    for (let i = this.#stack.length - 1; i > 0; i--) {
      const open = this.#stack[i]!.name;
      if (rule.within.has(open)) break;
      if (rule.ends.has(open)) lowest = i;
      else if (rules.SCOPES.has(open) && !rule.ends.has(open)) break;
    }
    if (lowest > 0) { while (this.#stack.length > lowest) this.#pop(); }
  }

  #close(name: string): void {
    if (!this.#openCounts.get(name)) return;
    this.#flushText();
    const tablePart = name === "table" || rules.TABLE_PARTS.has(name);
    for (let i = this.#stack.length - 1; i > 0; i--) {
      const open = this.#stack[i]!.name;
      if (open === name) {
        if (INLINE.has(name) && this.#blockAbove(i)) this.#takeOut(i);
        else while (this.#stack.length > i) this.#pop();
        return;
      }
      // An end tag in a cell does not end what the table stands in, nor does a cell's end tag reach an outer table.
      if (tablePart ? open === "table" : open === "td" || open === "th" || open === "table") return;
    }
  }

  #closeWithin(name: string): void {
    for (let i = this.#stack.length - 1; i > 0; i--) {
      const open = this.#stack[i]!.name;
      if (open === name) {
        while (this.#stack.length > i) this.#pop();
        return;
      }
      if (rules.SCOPES.has(open)) return;
    }
  }

  #blockAbove(index: number): boolean {
    for (let i = index + 1; i < this.#stack.length; i++) if (!INLINE.has(this.#stack[i]!.name)) return true;
    return false;
  }

  /** Formatting that ends inside a block opened after it: the block goes on. */
  #takeOut(index: number): void {
    const [element] = this.#stack.splice(index, 1);
    this.#openCounts.set(element!.name, this.#openCounts.get(element!.name)! - 1);
  }

  #pop(): void {
    this.#flushText();
    const element = this.#stack.pop()!;
    this.#openCounts.set(element.name, this.#openCounts.get(element.name)! - 1);
  }

  #flushText(): void {
    if (this.#text.length === 0) return;
    const text = this.#text.join("");
    this.#text = [];
    const blank = text.trim() === "";
    if (this.#inHead && this.#stack.length === 1) {
      if (blank) return;
      this.#inHead = false;
    }
    if (this.#nodes >= rules.MAX_NODES * 2) return;
    this.#nodes++;
    const parent = this.#stack[this.#stack.length - 1]!;
    this.#spaced = text.endsWith(" ") ? parent : undefined;
    const { children } = parent;
    const last = children.length - 1;
    if (typeof children[last] === "string") children[last] += text;
    else children.push(text);
  }

  #endScript(): void {
    const script = this.#script;
    this.#script = undefined;
    if (!script || this.tree.scripts.length >= rules.MAX_SCRIPTS) return;
    const text = script.parts.join("");
    if (text.length === 0 || text.length > rules.MAX_SCRIPT_CHARS) return;
    this.tree.scripts.push({ type: script.type, id: script.id, text });
  }
}
