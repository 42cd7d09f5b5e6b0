/** What the words of a class or id say about an element. The patterns of Readability, which have met most of the web. */
export interface ClassTraits {
  /** Points for or against being content. */
  weight: number;
  /** Named like furniture and not also like content. */
  unlikely: boolean;
  byline: boolean;
  share: boolean;
}

const UNLIKELY =
  /-ad-|ai2html|banner|breadcrumbs|combx|comment|community|cover-wrap|disqus|extra|footer|gdpr|header|legends|menu|related|remark|replies|rss|shoutbox|sidebar|skyscraper|social|sponsor|supplemental|ad-break|agegate|pagination|pager|popup|yom-remote/i;
const MAYBE = /and|article|body|column|content|main|shadow/i;
const POSITIVE =
  /article|body|content|entry|hentry|h-entry|main|page|pagination|post|text|blog|story/i;
const NEGATIVE =
  /-ad-|hidden|^hid$| hid$| hid |^hid |banner|combx|comment|com-|contact|footer|gdpr|masthead|media|meta|outbrain|promo|related|scroll|share|shoutbox|sidebar|skyscraper|sponsor|shopping|tags|widget/i;
const BYLINE = /byline|author|dateline|writtenby|p-author/i;
const SHARE = /(?:\b|_)(?:share|sharedaddy)(?:\b|_)/i;

const MAX_CHARS = 400;
const MAX_KNOWN = 4000;
/** Pages of a site repeat their classes. Words only, nothing of what a page says; forgotten when it grows. */
const known = new Map<string, ClassTraits>();
const NONE: ClassTraits = { weight: 0, unlikely: false, byline: false, share: false };

/** @param naming a class, an id, or both with a space between */
export function classTraits(naming: string): ClassTraits {
  if (naming === "") return NONE;
  const found = known.get(naming);
  if (found) return found;
  const text = naming.length > MAX_CHARS ? naming.slice(0, MAX_CHARS) : naming;
  const traits = {
    weight: (POSITIVE.test(text) ? 25 : 0) - (NEGATIVE.test(text) ? 25 : 0),
    unlikely: UNLIKELY.test(text) && !MAYBE.test(text),
    byline: BYLINE.test(text),
    share: SHARE.test(text),
  };
  if (naming.length > MAX_CHARS) return traits;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(naming, traits);
  return traits;
}
