import { attribute, createElement, find, textOf, type TreeElement, type TreeNode, walk } from "../tree.ts";
import { isHidden } from "../visibility.ts";

const POST_TYPE = /(?:DiscussionForumPosting|Comment|Answer|Question)$/;
const POST = /(?:^|[\s_-])(?:post|message|comment|reply|answer|topic-?post|postcontainer)(?:$|[\s_-]|\d)/i;
/** Parts of posts that are named after them. */
const PART =
  /(?:post|message|comment|reply|answer)s?[_-]?(?:list|count|body|content|text|meta|header|head|footer|foot|links?|actions?|buttons?|controls?|form|box|date|time|author|user|info|icon|avatar|tags?|wrapper|area|title|score|vote|id|number|layout|attribution|main|inner|cell)/i;
const AUTHOR =
  /(?:^|[\s_-])(?:author|user-?_?name|poster|nick-?name|member-?_?name|creator|user-?link|hnuser|by-?line)(?:$|[\s_-])/i;
const BODY =
  /(?:post|message|comment|reply|answer|entry)?[_-]?(?:body|content|text|message)(?:$|[\s_-])|bbwrapper|postbody|cooked|(?:^|\s)(?:md|markdown|prose|commtext)(?:$|\s)/i;
const NOT_SAID = new Set([
  "nav",
  "form",
  "button",
  "input",
  "select",
  "textarea",
  "aside",
  "footer",
  "noscript",
]);
const NOT_SAID_NAME =
  /signature|avatar|(?:post|message|comment)[_-]?(?:actions?|controls?|buttons?|footer|menu)|(?:^|[\s_-])(?:vote|votes|share|report|quote-?button|toolbar|profile|user-?(?:info|details))(?:$|[\s_-])/i;

const MIN_POSTS = 2;
const MAX_POSTS = 2000;

/**
 * The contributions of a discussion in their order, each under who wrote it and when; undefined where there are not two
 * of them. A contribution inside another is a contribution of its own.
 */
export function forumPosts(body: TreeElement): TreeElement | undefined {
  const posts = findPosts(body);
  if (posts.length < MIN_POSTS) return undefined;
  const content = createElement("div", {}, undefined);
  const title = find(body, (element) => element.name === "h1" && !isHidden(element));
  if (title) content.children.push(copy(title, content, NOTHING));
  const all = new Set(posts);
  let written = 0;
  for (const post of posts) {
    const said = saidIn(post, all);
    if (textOf(said, 10) === "") continue;
    if (written++ > 0) content.children.push(createElement("hr", {}, content));
    const line = bylineOf(post, all, content);
    if (line) content.children.push(line);
    content.children.push(said);
  }
  return written >= MIN_POSTS ? content : undefined;
}

function findPosts(body: TreeElement): TreeElement[] {
  const typed: TreeElement[] = [], named: TreeElement[] = [];
  walk(body, (element) => {
    if (NOT_SAID.has(element.name) || isHidden(element)) return false;
    if (typed.length + named.length >= MAX_POSTS) return false;
    if (POST_TYPE.test(attribute(element, "itemtype") ?? "")) typed.push(element);
    if (isNamedPost(element)) named.push(element);
  });
  if (typed.length >= MIN_POSTS) return typed;
  const authors = firstAuthors(body);
  const authored = named.filter((post) => authors.has(post));
  // A box round a post may have the name of one as well: whose author stands in an inner post is no post itself.
  const inner = new Set(authored), boxes = new Set<TreeElement>();
  for (const post of authored) {
    for (let above = post.parent; above; above = above.parent) {
      if (inner.has(above) && authors.get(above) === authors.get(post)) boxes.add(above);
    }
  }
  return authored.filter((post) => !boxes.has(post));
}

/** The first author that stands in each element that has one. */
function firstAuthors(body: TreeElement): Map<TreeElement, TreeElement> {
  const first = new Map<TreeElement, TreeElement>();
  walk(body, (element) => {
    if (!isAuthor(element)) return;
    for (let at: TreeElement | undefined = element; at && !first.has(at); at = at.parent) {
      first.set(at, element);
    }
  });
  return first;
}

function isNamedPost(element: TreeElement): boolean {
  if (element.name === "a" || element.name === "span" || element.name === "p") return false;
  const classes = attribute(element, "class") ?? "", id = attribute(element, "id") ?? "";
  const own = classes.slice(0, 300);
  if (PART.test(own) && !/(?:^|\s)(?:post|message|comment|reply|answer)(?:$|\s)/i.test(own)) return false;
  return POST.test(own) || /^(?:post|message|comment|reply|answer|p)[_-]?\d{1,12}$/i.test(id);
}

function isAuthor(element: TreeElement): boolean {
  const name = `${attribute(element, "class") ?? ""} ${attribute(element, "itemprop") ?? ""} ${
    attribute(element, "rel") ?? ""
  }`;
  return name.length < 400 && AUTHOR.test(name) && textOf(element, 80) !== "";
}

function bylineOf(
  post: TreeElement,
  posts: ReadonlySet<TreeElement>,
  parent: TreeElement,
): TreeElement | undefined {
  const own = (test: (element: TreeElement) => boolean) => findOwn(post, posts, test);
  const author = own(isAuthor);
  const name = author &&
    textOf(find(author, (element) => attribute(element, "itemprop") === "name") ?? author, 80);
  const time = own((element) => element.name === "time");
  const when = time && (textOf(time, 60) || attribute(time, "datetime"));
  if (!name && !when) return undefined;
  const line = createElement("p", {}, parent);
  if (name) {
    const strong = createElement("strong", {}, line);
    strong.children.push(name);
    line.children.push(strong);
  }
  if (when) line.children.push(name ? `, ${when}` : when);
  return line;
}

/** As `find`, not looking into other posts. */
function findOwn(
  post: TreeElement,
  posts: ReadonlySet<TreeElement>,
  test: (element: TreeElement) => boolean,
): TreeElement | undefined {
  for (const child of post.children) {
    if (typeof child === "string" || posts.has(child)) continue;
    if (test(child)) return child;
    const found = findOwn(child, posts, test);
    if (found) return found;
  }
  return undefined;
}

/** What was said in a post, without what stands round it; a body that still names its author has one inside. */
function saidIn(post: TreeElement, posts: ReadonlySet<TreeElement>): TreeElement {
  let body = findOwn(post, posts, isBody);
  for (let inner = body; inner && findOwn(inner, posts, isAuthor); inner = body) {
    inner = findOwn(inner, posts, isBody);
    if (!inner) break;
    body = inner;
  }
  return copy(body ?? post, undefined, posts, body === undefined);
}

function isBody(element: TreeElement): boolean {
  return /^(?:text|articleBody|commentText|description)$/.test(attribute(element, "itemprop") ?? "") ||
    (!isAuthor(element) && BODY.test((attribute(element, "class") ?? "").slice(0, 300)) &&
      textOf(element, 20) !== "");
}

const NOTHING: ReadonlySet<TreeElement> = new Set();

/** A copy without what posts carry beside what was said. */
function copy(
  element: TreeElement,
  parent: TreeElement | undefined,
  posts: ReadonlySet<TreeElement>,
  whole = false,
): TreeElement {
  const result = createElement(
    element.name === "tr" || element.name === "td" ? "div" : element.name,
    element.attributes,
    parent,
  );
  for (const child of element.children) {
    if (typeof child === "string") result.children.push(child as TreeNode);
    else if (!posts.has(child) && !isAside(child) && !(whole && (isAuthor(child) || child.name === "time"))) {
      result.children.push(copy(child, result, posts, whole));
    }
  }
  return result;
}

function isAside(element: TreeElement): boolean {
  return NOT_SAID.has(element.name) || isHidden(element) ||
    NOT_SAID_NAME.test((attribute(element, "class") ?? "").slice(0, 300));
}
