/** Resolves the addresses a page names, against its own URL and its base element. */
export class PageUrls {
  readonly base: URL;
  readonly #memo = new Map<string, string | undefined>();

  constructor(pageUrl: string, baseHref: string | undefined) {
    this.base = new URL(pageUrl);
    if (baseHref) {
      const base = parse(baseHref.trim(), this.base);
      if (base && (base.protocol === "http:" || base.protocol === "https:")) this.base = base;
    }
  }

  /** Absolute URL for `href`; undefined for what is no URL, no `http(s)`, `mailto` or `tel`, or too long. */
  resolve(href: string | undefined): string | undefined {
    if (href === undefined || href.length > MAX_URL_CHARS) return undefined;
    if (this.#memo.has(href)) return this.#memo.get(href);
    const url = parse(href.trim(), this.base);
    const result = url && SCHEMES.has(url.protocol) && url.href.length <= MAX_URL_CHARS
      ? url.href
      : undefined;
    this.#memo.set(href, result);
    return result;
  }

  /** As `resolve`, `http(s)` only. */
  resolveWeb(href: string | undefined): string | undefined {
    const url = this.resolve(href);
    return url?.startsWith("http") ? url : undefined;
  }
}

const MAX_URL_CHARS = 4096;
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);

function parse(href: string, base: URL): URL | undefined {
  // Deno refuses "///host/path" where a browser takes it as "//host/path".
  const tidy = /^[/\\]{3,}/.test(href) ? "//" + href.replace(/^[/\\]+/, "") : href;
  return URL.parse(tidy, base) ?? undefined;
}
