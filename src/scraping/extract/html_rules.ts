/** Which elements end which, what is void, what is dropped: the rules of HTML that real pages lean on. */

export const VOID = new Set(
  "area base br col embed hr img input link meta param source track wbr basefont bgsound frame keygen".split(
    " ",
  ),
);
/** Dropped with all they hold. */
export const DROPPED = new Set(
  "style svg iframe template object canvas audio video applet noembed frameset xmp".split(" "),
);
export const RAW = new Set(["script", "style", "title", "textarea", "xmp"]);
export const HEAD_ONLY = new Set([
  "title",
  "base",
  "link",
  "meta",
  "style",
  "script",
  "noscript",
  "template",
]);
export const METAS = new Set(["title", "base", "link", "meta"]);
export const CLOSES_P = new Set(
  ("address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 " +
    "header hgroup hr li main menu nav ol p pre section summary table ul dd dt").split(" "),
);
export const HEADINGS = new Set(["h1", "h2", "h3", "h4", "h5", "h6"]);
export const TABLE_PARTS = new Set(["caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th"]);
export const SCOPES = new Set(["table", "td", "th", "caption", "button", "#root", "body"]);

/** For an opening tag: open elements of these names end, as far up as the nearest element of `within`. */
export const IMPLIED_ENDS: Record<string, { ends: Set<string>; within: Set<string> }> = {
  li: { ends: new Set(["li"]), within: new Set(["ul", "ol", "menu", "dir"]) },
  dt: { ends: new Set(["dt", "dd"]), within: new Set(["dl"]) },
  dd: { ends: new Set(["dt", "dd"]), within: new Set(["dl"]) },
  option: { ends: new Set(["option"]), within: new Set(["select", "datalist"]) },
  optgroup: { ends: new Set(["option", "optgroup"]), within: new Set(["select"]) },
  tr: { ends: new Set(["tr", "td", "th", "caption", "colgroup"]), within: new Set(["table"]) },
  td: { ends: new Set(["td", "th"]), within: new Set(["table", "tr"]) },
  th: { ends: new Set(["td", "th"]), within: new Set(["table", "tr"]) },
  thead: { ends: new Set(TABLE_PARTS), within: new Set(["table"]) },
  tbody: { ends: new Set(TABLE_PARTS), within: new Set(["table"]) },
  tfoot: { ends: new Set(TABLE_PARTS), within: new Set(["table"]) },
  a: { ends: new Set(["a"]), within: new Set() },
  button: { ends: new Set(["button"]), within: new Set() },
};

/** Elements kept of one page, and twice that many nodes. */
export const MAX_NODES = 250_000;
export const MAX_SCRIPTS = 256;
export const MAX_SCRIPT_CHARS = 4_000_000;

/** A tag's name in lower case; one of absurd length is nobody's. */
export function tagName(html: string, start: number, end: number): string {
  return end - start > 64 ? "x-long" : html.slice(start, end).toLowerCase();
}
