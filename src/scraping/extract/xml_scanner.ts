/**
 * A reader of XML as it is found: tags, text and CDATA as they come, in pieces. It keeps no stack and no tree, defines no
 * entities (a bomb of them is text) and never throws. Linear; holds at most one tag of `MAX_TAG_CHARS`.
 */

/** A longer tag is skipped. */
const MAX_TAG_CHARS = 65_536;
/** Longest reference that is decoded: `&#x10ffff;`. */
const MAX_REFERENCE_CHARS = 10;

export interface XmlHandler {
  /** @param attributes as written, for `xmlAttribute` */
  open(name: string, attributes: string): void;
  /** Also called, after `open`, for an element that closes itself. */
  close(name: string): void;
  /** A piece of text with its references decoded; a run of text may come in many. */
  text(piece: string): void;
}

type Mode = "content" | "comment" | "cdata" | "instruction" | "doctype" | "subset" | "long-tag";

/** Where each mode but `content` ends. */
const ENDS = {
  comment: "-->",
  cdata: "]]>",
  instruction: "?>",
  doctype: ">",
  subset: "]",
  "long-tag": ">",
} as const;

export class XmlScanner {
  readonly #handler: XmlHandler;
  #rest = "";
  #mode: Mode = "content";

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  push(chunk: string): void {
    this.#rest = this.#rest === "" ? chunk : this.#rest + chunk;
    this.#scan(false);
  }

  /** What is left unfinished is given up; text is text. */
  end(): void {
    this.#scan(true);
    this.#rest = "";
  }

  #scan(last: boolean): void {
    const text = this.#rest;
    let at = 0;
    while (at < text.length) {
      const next = this.#mode === "content" ? this.#content(text, at, last) : this.#until(text, at, last);
      if (next < 0) break;
      at = next;
    }
    this.#rest = at === 0 ? text : text.slice(at);
  }

  /** @returns where to go on; -1 where more must come first */
  #content(text: string, at: number, last: boolean): number {
    const angle = text.indexOf("<", at);
    if (angle !== at) {
      const end = angle < 0 ? text.length : angle;
      const whole = angle >= 0 || last;
      const cut = whole ? end : referenceStart(text, at, end);
      if (cut > at) this.#handler.text(decodeReferences(text.slice(at, cut)));
      return cut > at ? cut : -1;
    }
    if (text.startsWith("<!", at)) return this.#declaration(text, at, last);
    if (text.startsWith("<?", at)) return this.#enter("instruction", at + 2);
    const end = tagEnd(text, at + 1);
    if (end < 0) {
      if (text.length - at > MAX_TAG_CHARS) return this.#enter("long-tag", at + 1);
      return last ? text.length : -1;
    }
    if (end - at <= MAX_TAG_CHARS) this.#tag(text.slice(at + 1, end));
    return end + 1;
  }

  #declaration(text: string, at: number, last: boolean): number {
    if (text.startsWith("<!--", at)) return this.#enter("comment", at + 4);
    if (text.startsWith("<![CDATA[", at)) return this.#enter("cdata", at + 9);
    // It may yet become one of the two.
    if (text.length - at < 9 && !last) return -1;
    return this.#enter("doctype", at + 2);
  }

  #enter(mode: Mode, at: number): number {
    this.#mode = mode;
    return at;
  }

  /** Through the rest of whatever this mode is. */
  #until(text: string, at: number, last: boolean): number {
    const mode = this.#mode as keyof typeof ENDS;
    const end = ENDS[mode];
    const found = text.indexOf(end, at);
    if (mode === "doctype") {
      const subset = text.indexOf("[", at);
      if (subset >= 0 && (found < 0 || subset < found)) return this.#enter("subset", subset + 1);
    }
    // The end itself may be torn between two chunks.
    const stop = found >= 0 ? found : last ? text.length : Math.max(at, text.length - end.length + 1);
    if (mode === "cdata" && stop > at) this.#handler.text(text.slice(at, stop));
    if (found >= 0) return this.#enter(mode === "subset" ? "doctype" : "content", found + end.length);
    return stop > at ? stop : -1;
  }

  #tag(tag: string): void {
    const closing = tag.startsWith("/");
    const empty = !closing && tag.endsWith("/");
    const body = tag.slice(closing ? 1 : 0, empty ? -1 : undefined);
    const name = /^[^\s/]{1,200}/.exec(body)?.[0];
    if (name === undefined) return;
    if (!closing) this.#handler.open(name, body.slice(name.length));
    if (closing || empty) this.#handler.close(name);
  }
}

/** The name without its prefix, in lower case: feeds are written in every case. */
export function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1).toLowerCase();
}

/** The prefix of a name; empty where it has none. */
export function prefixOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(":")));
}

/** One attribute out of what `XmlHandler.open` was given. */
export function xmlAttribute(attributes: string, name: string): string | undefined {
  const pattern = /([^\s=/"'<>]{1,100})\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)')/g;
  for (const [, found, double, single] of attributes.matchAll(pattern)) {
    if (found!.toLowerCase() === name) return decodeReferences(double ?? single ?? "");
  }
  return undefined;
}

/** The `>` that ends a tag: not one inside quotes. -1 where it has not come. */
function tagEnd(text: string, from: number): number {
  for (let at = from;;) {
    const end = text.indexOf(">", at);
    const limit = end < 0 ? text.length : end;
    const quote = firstQuote(text, at, limit);
    if (quote < 0) return end;
    const closing = text.indexOf(text[quote]!, quote + 1);
    // A quote that is never closed is none.
    if (closing < 0 || closing - from > MAX_TAG_CHARS) return end;
    at = closing + 1;
  }
}

function firstQuote(text: string, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 34 || code === 39) return at;
  }
  return -1;
}

/** Where a reference begins that the end of a chunk may have torn; `end` where none does. */
function referenceStart(text: string, from: number, end: number): number {
  const ampersand = text.lastIndexOf("&", end - 1);
  const torn = ampersand >= from && end - ampersand <= MAX_REFERENCE_CHARS &&
    !text.slice(ampersand, end).includes(";");
  return torn ? ampersand : end;
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

function decodeReferences(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,4});/g, (whole, name: string) => {
    if (!name.startsWith("#")) return Object.hasOwn(NAMED, name) ? NAMED[name]! : whole;
    const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000)
      ? String.fromCodePoint(code)
      : "\ufffd";
  });
}
