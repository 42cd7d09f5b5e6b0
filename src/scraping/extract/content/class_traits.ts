/** What the words of a class or id say about an element. The patterns of Readability, which have met most of the web. */
export interface ClassTraits {
  /** Points for or against being content. */
  weight: number;
  /** Named like furniture and not also like content. */
  unlikely: boolean;
  byline: boolean;
  share: boolean;
  /** Named as an image's caption, as its maker's name. */
  caption: boolean;
  credit: boolean;
  /** Named as a box that stands in articles and is not of them. */
  box: boolean;
}

const UNLIKELY =
  /-ad-|ai2html|banner|breadcrumbs|combx|comment|community|cover-wrap|disqus|extra|footer|gdpr|header|legends|menu|related|remark|replies|rss|shoutbox|sidebar|skyscraper|social|sponsor|supplemental|ad-break|agegate|pagination|pager|popup|yom-remote/i;
const MAYBE = /and|article|body|column|content|main|shadow/i;
const POSITIVE = /article|body|content|entry|hentry|h-entry|main|page|pagination|post|text|blog|story/i;
const NEGATIVE =
  /-ad-|hidden|^hid$| hid$| hid |^hid |banner|combx|comment|com-|contact|footer|gdpr|masthead|media|meta|outbrain|promo|related|scroll|share|shoutbox|sidebar|skyscraper|sponsor|shopping|tags|widget/i;
const BYLINE = /byline|author|dateline|writtenby|p-author/i;
const SHARE = /(?:\b|_)(?:share|sharedaddy)(?:\b|_)/i;

const CAPTION = /captions?(?:$|[\s_-])|caption(?:text|content|body)/i;
const CREDIT =
  /(?:photo|image|img|media|picture)[_-]?(?:credit|copyright|source)|(?:^|[\s_-])credits?(?:$|[\s_-])/i;
const BOX =
  /newsletter|subscri(?:be|ption)|sign-?up|(?:author|writer|contributor)[_-]?(?:bio|box|info|card|description|details|profile)|about[_-]?(?:the[_-]?)?author|(?:^|[\s_-])bio(?:$|[\s_-])|related|recirc|recommend|read-?(?:more|next|also)|readmore|more-?(?:from|on|stories|news)|(?:also|might|may)-?like|most-?(?:read|popular|viewed)|trending|outbrain|taboola|promo|(?:post|article|entry|news|item|story)[_-]?tags?(?:$|[\s_-])|(?:^|\s)tags(?:$|\s)|tag-?list|share|social-?(?:links|buttons|bar|icons|sharing)|comments?(?:$|[\s_-])|copyright|disclaimer|affiliate|breadcrumb|(?:^|[\s_-])(?:ad|ads|advert|advertisement|sponsored)(?:$|[\s_-])|cookie|consent|(?:post|entry|article)[_-]?(?:meta|date|footer|info)|byline|dateline|timestamp|pub(?:lish)?(?:ed)?-?date|donat(?:e|ion)/i;

const MAX_CHARS = 400;
const MAX_KNOWN = 4000;
/** Pages of a site repeat their classes. Words only, nothing of what a page says; forgotten when it grows. */
const known = new Map<string, ClassTraits>();
const NONE: ClassTraits = {
  weight: 0,
  unlikely: false,
  byline: false,
  share: false,
  caption: false,
  credit: false,
  box: false,
};

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
    caption: CAPTION.test(text),
    credit: CREDIT.test(text),
    box: BOX.test(text),
  };
  if (naming.length > MAX_CHARS) return traits;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(naming, traits);
  return traits;
}
