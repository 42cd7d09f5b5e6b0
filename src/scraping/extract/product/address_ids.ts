const MAX_ADDRESS_CHARS = 2000;
const ID_PARAMETER =
  /^(\w*[_-])?(id|pid|sku|asin|item|itemid|product|productid|prod|goods|goodsid|article)$/i;

/** The numbers by which a page's own addresses name what it is about. */
export class AddressIds {
  /** Path and query of each address in lower case, everything but letters and digits as one dash. */
  readonly #texts: string[];
  readonly #wholes = new Set<string>();
  readonly #asked: URL[];
  readonly #own: URL[];
  readonly #addresses: URL[];

  /** @param url by which the page was asked for @param own its canonical link, its `og:url` */
  constructor(url: string, own: (string | undefined)[]) {
    const parsed = [url, ...own].map((one) =>
      one !== undefined && one.length <= MAX_ADDRESS_CHARS ? URL.parse(one) : null
    );
    this.#asked = parsed[0] ? [parsed[0]] : [];
    this.#own = parsed.slice(1).filter((one) => one !== null);
    this.#addresses = [...this.#asked, ...this.#own];
    this.#texts = this.#addresses.map((url) => `-${dashed(decoded(url.pathname + url.search + url.hash))}-`);
    for (const url of this.#addresses) {
      for (const segment of url.pathname.split("/")) {
        this.#wholes.add(dashed(decoded(segment.replace(/\.\w{2,5}$/, ""))));
      }
      for (const value of url.searchParams.values()) this.#wholes.add(dashed(value));
    }
  }

  /** Whether the address names this code, whatever punctuation either is written with. */
  has(code: string): boolean {
    const text = dashed(code.slice(0, 80));
    const plain = text.replaceAll("-", "");
    if (plain.length < 4 || !/\d/.test(plain)) return false;
    const digits = plain.length >= 6 && /^\d+$/.test(plain);
    return this.#texts.some((address) =>
      address.includes(`-${text}-`) || address.includes(`-${plain}-`) || (digits && hasNumber(address, plain))
    );
  }

  /** Whether a code is all of a path segment or of a parameter. */
  isWhole(code: string): boolean {
    const text = dashed(code.slice(0, 80));
    return text.length >= 4 && /\d/.test(text) && this.#wholes.has(text);
  }

  /**
   * The number that a parameter named as an id holds in an address the page itself gives (which has no others), else
   * the one that is a segment of the path or ends it, else a parameter's of the address it was asked for by.
   */
  lone(): string | undefined {
    return parameterOf(this.#own) ?? endingOf(this.#addresses) ?? parameterOf(this.#asked);
  }
}

function endingOf(addresses: URL[]): string | undefined {
  for (const url of addresses) {
    const segments = url.pathname.split("/").filter(Boolean).map((one) =>
      decoded(one).replace(/\.(html?|php|aspx?|jsp)$/i, "")
    );
    const whole = segments.findLast((one) => /^[A-Z]?\d{5,14}$/.test(one) || isCode(one));
    if (whole) return whole;
    const last = segments[segments.length - 1] ?? "";
    const ending = /(?:^|[-_.~,])(?:[a-z](?=\d{6}))?([A-Z]?\d{5,14})$/.exec(last)?.[1];
    if (ending) return ending;
  }
  return undefined;
}

function parameterOf(addresses: URL[]): string | undefined {
  for (const url of addresses) {
    const parameters = [...url.searchParams].filter(([name, value]) =>
      ID_PARAMETER.test(name) && /^[A-Za-z]?\d{4,14}$/.test(value)
    );
    if (parameters.length === 1) return parameters[0]![1];
  }
  return undefined;
}

/** Capitals and digits mixed, as the codes of a catalogue are. */
function isCode(text: string): boolean {
  return /^[A-Z0-9]{8,14}$/.test(text) && /[A-Z]/.test(text) && (text.match(/\d/g)?.length ?? 0) >= 3;
}

function hasNumber(address: string, digits: string): boolean {
  for (let at = address.indexOf(digits); at >= 0; at = address.indexOf(digits, at + 1)) {
    if (!/\d/.test(address[at - 1] ?? "") && !/\d/.test(address[at + digits.length] ?? "")) return true;
  }
  return false;
}

function dashed(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
