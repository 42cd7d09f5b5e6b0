import { assert, assertEquals } from "@std/assert";
import { createReaderDocument, ReaderElement, ReaderText } from "../../../src/scraping/extract/reader_dom.ts";

/** `p` with text and elements; a string is text. */
function element(name: string, ...children: (ReaderElement | string)[]): ReaderElement {
  const made = new ReaderElement(name);
  for (const child of children) made.appendChild(typeof child === "string" ? new ReaderText(child) : child);
  return made;
}

/** The tree as text, with every link between nodes checked on the way. */
function shape(node: ReaderElement): string {
  const parts: string[] = [];
  let before = null;
  for (let child = node.firstChild; child; child = child.nextSibling) {
    assert(child.parentNode === node && child.previousSibling === before);
    parts.push(child.nodeType === 3 ? child.textContent : shape(child));
    before = child;
  }
  assert(node.lastChild === before);
  assertEquals(node.childNodes.length, parts.length);
  assertEquals(node.children, node.childNodes.filter((child) => child.nodeType === 1));
  return `${node.localName}(${parts.join(",")})`;
}

Deno.test("textContent follows every change below, however deep", () => {
  const deep = element("b", "x");
  const root = element("div", element("p", element("i", deep), "y"), "z");
  assertEquals(root.textContent, "xyz");
  deep.appendChild(new ReaderText("!"));
  assertEquals(root.textContent, "x!yz");
  deep.firstChild!.remove();
  assertEquals(root.textContent, "!yz");
  root.firstElementChild!.replaceChild(new ReaderText("?"), deep.parentNode!);
  assertEquals(root.textContent, "?yz");
  const other = element("div", "a");
  assertEquals(other.textContent, "a");
  other.appendChild(root.lastChild!);
  assertEquals([root.textContent, other.textContent], ["?y", "az"]);
});

Deno.test("appendChild(), replaceChild() and remove() keep the nodes linked", () => {
  const [a, b, c] = [element("a"), element("b"), element("c")];
  const root = element("div", a, "1", b, "2", c);
  assertEquals(shape(root), "div(a(),1,b(),2,c())");
  root.appendChild(a);
  assertEquals(shape(root), "div(1,b(),2,c(),a())");
  root.replaceChild(c, b);
  assertEquals(shape(root), "div(1,c(),2,a())");
  root.replaceChild(new ReaderText("3"), a);
  root.firstChild!.remove();
  assertEquals(shape(root), "div(c(),2,3)");
  assertEquals([c.nextElementSibling, c.previousElementSibling, b.parentNode], [null, null, null]);
  assert(root.firstElementChild === c);
});

Deno.test("innerHTML brings back what it was, whatever was done to it since, and more than once", () => {
  const root = element("div", element("p", "one"), "two");
  root.firstElementChild!.setAttribute("class", "old");
  const copy = root.innerHTML;
  for (let i = 0; i < 2; i++) {
    root.firstElementChild!.setAttribute("class", "new");
    root.firstElementChild!.appendChild(new ReaderText("!"));
    root.lastChild!.remove();
    root.innerHTML = copy;
    assertEquals(shape(root), "div(p(one),two)");
    assertEquals(root.firstElementChild!.className, "old");
  }
});

Deno.test("elements are found by name in document order, in either case where several are asked for", () => {
  const body = element("body", element("div", element("p"), element("ul", element("li"))), element("p"));
  const document = createReaderDocument(body, "https://a.example/");
  const names = (found: ReaderElement[]) => found.map(({ localName }) => localName);
  assertEquals(names(document.querySelectorAll("LI,p")), ["p", "li", "p"]);
  assertEquals(names(body.getElementsByTagName("*")), ["div", "p", "ul", "li", "p"]);
  assertEquals(document.getElementsByTagName("p").length, 2);
});
