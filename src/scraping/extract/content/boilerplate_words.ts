/**
 * How furniture inside articles words itself, in the languages the web has most of. Each pattern is tried on a short
 * text only and cannot backtrack far. Words are compared in lower case without their white space at the ends.
 */

/** The whole of a block: buttons and marks that lost their styling. */
const LABELS = new Set([
  ..."ad|ads|advert|advertisement|advertising|advertisment|sponsored|sponsored content|promoted|publicité|publicidad|publicidade|pubblicità|anzeige|werbung|annonce|advertentie|reklama|реклама|פרסומת|תוכן שיווקי|إعلان|广告|広告"
    .split("|"),
  ..."share|share this|share this article|tweet|click to tweet|share tweet submit|share on facebook|share on twitter|pin it|email|print|copy link|save|like|teilen|drucken|partager|imprimer|compartir|compartilhar|condividi|поделиться|שתפו|שיתוף|שתף|הדפסה|הדפס|مشاركة"
    .split("|"),
  ..."comments|comment|post comment|leave a comment|add comment|view comments|tell us what you think|kommentare|commentaires|comentarios|комментарии|תגובות|הוסף תגובה|הוספת תגובה"
    .split("|"),
  ..."read more|read more »|more|continue reading|see more|view more|show more|load more|loading|loading...|loading…|close|caption|caption close|skip to content|skip to main content|back to top|home|next|previous|subscribe|sign up|log in|register|latest|popular|trending|advertisement - continue reading below|weiterlesen|mehr|lire la suite|leer más|leia mais|leggi tutto|читать далее|קרא עוד|קראו עוד|למעלה|דלג לתוכן|הירשמו|הרשמה"
    .split("|"),
]);

/** What begins a pointer to other pages, or a heading above a list of them. */
const RELATED =
  /^(?:(?:[^\p{L}]{0,3}))(?:related(?: (?:articles?|posts?|stor(?:y|ies)|news|coverage|content|links?|topics?|reading|video|videos))?(?: from)?|read (?:more|also|next|on)|also read|see also|see more|more (?:from|on|in|about|stories|news|great|like|coverage|reading|articles)|most (?:read|popular|viewed|shared)|recommended(?: for you| reading| articles?| stories)?|you (?:may|might|could) (?:also )?(?:like|enjoy|be interested)|don'?t miss|don’t miss|must read|trending|popular(?: this week| now| posts| articles)?|recent (?:articles|posts|news)|latest (?:news|stories|posts|articles)|further reading|what to read next|up next|top stories|in case you missed|around the web|from around the web|promoted stories|lesen sie auch|mehr zum thema|auch interessant|das könnte sie auch interessieren|à lire aussi|lire aussi|sur le même sujet|articles? (?:liés|similaires|relacionados)|lea también|le puede interesar|te puede interesar|noticias relacionadas|leia também|veja também|leggi anche|potrebbe interessarti|lees ook|læs også|les også|läs också|czytaj także|zobacz także|читайте также|по теме|смотрите также|קראו גם|קראו עוד|עוד בנושא|כתבות נוספות|כתבות קשורות|לקריאה נוספת|אולי יעניין אותך|אולי יעניין|עוד באתר|ראו גם|اقرأ أيضا|اقرأ أيضًا|مقالات ذات صلة|相关(?:阅读|文章|新闻)|関連(?:記事|ニュース))(?![\p{L}\p{N}])/iu;

/** What a block says that asks the reader for something, or tells whose the words are. */
const APPEAL =
  /^(?:[^\p{L}]{0,3})(?:sign up (?:for|to|here)|subscribe (?:to|now|today|here)|get (?:the latest|our|more|access to|breaking|updates)|follow (?:us|him|her|them|me|@|[\p{L}\p{N}@' .]{1,40} on (?:twitter|facebook|instagram|x\b|social))|join (?:us|our|the (?:conversation|discussion))|like us on|download (?:the|our)|click here|have a (?:tip|question|news tip)|got a (?:tip|story)|contact (?:us|the (?:author|reporter|writer))|reach (?:the )?(?:reporters?|him|her|out)|email (?:us|him|her|the)|write to|want more|want to (?:read|know|see|receive)|support (?:us|our)|donate|become a|stay (?:up to date|informed|connected|on top)|check out (?:our|the latest)|our (?:newsletter|app)|this (?:article|story|post|document|material|website|site) (?:is subject|was (?:originally|first)|originally|first|uses cookies|may contain|contains affiliate|has been (?:updated|corrected))|originally published|first published|copyright|\(c\)|©|all rights reserved|all contents|views expressed|the views|views and opinions|disclaimer|tags?:|topics?:|categor(?:y|ies):|filed under|posted in|image (?:source|credit|copyright|caption)|photo (?:credit|by|courtesy)|credit:|source:|via:|about the author|about [\p{Lu}][\p{L}]{1,20}$|abonnieren|newsletter|folgen sie|suivez|abonnez|inscrivez|síguenos|suscríbete|suscríbase|siga|assine|seguici|iscriviti|volg ons|подписывайтесь|подпишитесь|עקבו אחרינו|הצטרפו|הירשמו|להרשמה|תגיות|כל הזכויות|צילום:|תמונה:|קרדיט|المصدر|تابعنا|无断|無断|무단)/iu;

const CONTACT =
  /[\p{L}\p{N}._-]{1,40}@[\p{L}\p{N}-]{1,40}\.\p{L}{2,8}|(?:twitter|facebook|instagram)\.com\/|^@\w{3,20}$/iu;

const BYLINE =
  /^(?:[^\p{L}]{0,3})(?:by|written by|posted by|posted|published|updated|last updated|first published|last modified|story by|text by|reported by|reviewed by|von|veröffentlicht|aktualisiert|par|publié|mis à jour|por|publicado|actualizado|atualizado|di|pubblicato|aggiornato|door|gepubliceerd|av|autor|автор|опубликовано|обновлено|מאת|כתב|כתבה|פורסם|עודכן|עדכון אחרון|تاريخ النشر|نشر)(?![\p{L}\p{N}])/iu;
const DATE =
  /(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}:\d\d(?!\d)|\d{1,2}[.h]\d\d ?(?:[ap]\.?m|uhr|gmt|utc|[ecmp][sd]t)|\d{1,2} (?:minutes?|hours?|days?|min) (?:ago|read)|\bmin(?:ute)?s? read\b|tempo de leitura|דקות קריאה/iu;

export type Wording =
  | "label"
  | "related"
  | "appeal"
  | "rights"
  | "contact"
  | "byline"
  | "date"
  | "sentence"
  | "scrap";

const MAX_LABEL_CHARS = 60;

export function isLabel(text: string): boolean {
  return text.length <= MAX_LABEL_CHARS && LABELS.has(text.toLowerCase().replace(/[\s:.»›>]+$/u, ""));
}

export function isRelated(text: string): boolean {
  return RELATED.test(text);
}

export function isAppeal(text: string): boolean {
  return APPEAL.test(text);
}

export function isContact(text: string): boolean {
  return CONTACT.test(text);
}

export function isByline(text: string): boolean {
  return BYLINE.test(text);
}

/** Whether it is little more than a date or a time; a sentence that has one is not. */
export function isDateLine(text: string): boolean {
  return DATE.test(text) && !(endsSentence(text) && /(?:[^\s]+\s+){8}/.test(text));
}

/** Whether it ends as a sentence does. */
export function endsSentence(text: string): boolean {
  return /[.!?…:;。！？؟]["'”’»)\]]{0,2}$/u.test(text);
}
