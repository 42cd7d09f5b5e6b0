/**
 * The part of the DOM that Readability uses, and no more, over plain linked nodes. A general DOM spent ten milliseconds
 * on a page that this one serves in two: its collections are live or rebuilt at every look, and each `textContent`
 * walks the whole subtree again; here both are kept until something below changes.
 */
export interface ReaderDocument {
  documentElement: ReaderElement;
  firstChild: ReaderElement;
  body: ReaderElement;
  title: string;
  baseURI: string;
  documentURI: string;
  createElement(name: string): ReaderElement;
  createTextNode(text: string): ReaderText;
  getElementsByTagName(name: string): ReaderElement[];
  querySelectorAll(names: string): ReaderElement[];
}

export type ReaderNode = ReaderElement | ReaderText;

export function createReaderDocument(body: ReaderElement, url: string): ReaderDocument {
  const html = new ReaderElement("html");
  html.appendChild(new ReaderElement("head"));
  html.appendChild(body);
  return {
    documentElement: html,
    // Readability renames elements in place where it finds the mark of its own parser, else it copies them.
    firstChild: Object.assign(html, { __JSDOMParser__: true }),
    body,
    title: "",
    baseURI: url,
    documentURI: url,
    createElement: (name) => new ReaderElement(name.toLowerCase()),
    createTextNode: (text) => new ReaderText(text),
    getElementsByTagName: (name) => html.getElementsByTagName(name),
    querySelectorAll: (names) => html.querySelectorAll(names),
  };
}

const NONE: readonly ReaderNode[] = [];

abstract class LinkedNode {
  parentNode: ReaderElement | null = null;
  previousSibling: ReaderNode | null = null;
  nextSibling: ReaderNode | null = null;

  get nextElementSibling(): ReaderElement | null {
    let node = this.nextSibling;
    while (node && node.nodeType !== 1) node = node.nextSibling;
    return node;
  }

  get previousElementSibling(): ReaderElement | null {
    let node = this.previousSibling;
    while (node && node.nodeType !== 1) node = node.previousSibling;
    return node;
  }

  remove(): void {
    this.parentNode?.removeChild(this as unknown as ReaderNode);
  }
}

export class ReaderText extends LinkedNode {
  readonly nodeType = 3;
  readonly nodeName = "#text";
  readonly childNodes: readonly ReaderNode[] = NONE;
  readonly textContent: string;

  constructor(text: string) {
    super();
    this.textContent = text;
  }

  cloneNode(): ReaderText {
    return new ReaderText(this.textContent);
  }
}

/** What `innerHTML` gives and takes: a copy of the nodes. Readability only ever hands one back. */
class InnerCopy {
  readonly nodes: ReaderNode[];

  constructor(nodes: Iterable<ReaderNode>) {
    this.nodes = Array.from(nodes, (node) => node.cloneNode());
  }
}

export class ReaderElement extends LinkedNode {
  readonly nodeType = 1;
  localName: string;
  tagName: string;
  firstChild: ReaderNode | null = null;
  lastChild: ReaderNode | null = null;
  readonly #attributes: Record<string, string>;
  #nodes: ReaderNode[] | undefined;
  #elements: ReaderElement[] | undefined;
  /** Known only if that of everything below is known, so forgetting it can stop at the first that has none. */
  #text: string | undefined;

  constructor(name: string, attributes: Record<string, string> = {}) {
    super();
    this.localName = name;
    this.tagName = name.toUpperCase();
    this.#attributes = attributes;
  }

  get nodeName(): string {
    return this.tagName;
  }

  get childNodes(): readonly ReaderNode[] {
    if (this.#nodes) return this.#nodes;
    const nodes: ReaderNode[] = [];
    for (let node = this.firstChild; node; node = node.nextSibling) nodes.push(node);
    return this.#nodes = nodes;
  }

  get children(): readonly ReaderElement[] {
    return this.#elements ??= this.childNodes.filter((node) => node.nodeType === 1);
  }

  get firstElementChild(): ReaderElement | null {
    const first = this.firstChild;
    return first && (first.nodeType === 1 ? first : first.nextElementSibling);
  }

  get textContent(): string {
    if (this.#text !== undefined) return this.#text;
    let text = "";
    for (let node = this.firstChild; node; node = node.nextSibling) text += node.textContent;
    return this.#text = text;
  }

  get innerHTML(): InnerCopy {
    return new InnerCopy(this.childNodes);
  }

  set innerHTML(copy: InnerCopy) {
    while (this.firstChild) this.removeChild(this.firstChild);
    for (const node of copy.nodes) this.appendChild(node.cloneNode());
  }

  get className(): string {
    return this.getAttribute("class") ?? "";
  }

  set className(value: string) {
    this.setAttribute("class", value);
  }

  get id(): string {
    return this.getAttribute("id") ?? "";
  }

  set id(value: string) {
    this.setAttribute("id", value);
  }

  get src(): string {
    return this.getAttribute("src") ?? "";
  }

  get srcset(): string {
    return this.getAttribute("srcset") ?? "";
  }

  get attributes(): { name: string; value: string; cloneNode(): { name: string; value: string } }[] {
    return Object.entries(this.#attributes).map(([name, value]) => ({
      name,
      value,
      cloneNode: () => ({ name, value }),
    }));
  }

  /** Its attributes as plain data. */
  get attributeRecord(): Record<string, string> {
    return this.#attributes;
  }

  getAttribute(name: string): string | null {
    return Object.hasOwn(this.#attributes, name) ? this.#attributes[name]! : null;
  }

  hasAttribute(name: string): boolean {
    return Object.hasOwn(this.#attributes, name);
  }

  setAttribute(name: string, value: string): void {
    this.#attributes[name] = value;
  }

  setAttributeNode({ name, value }: { name: string; value: string }): void {
    this.#attributes[name] = value;
  }

  removeAttribute(name: string): void {
    // Deleting what is not there would still make the object a slow one.
    if (Object.hasOwn(this.#attributes, name)) delete this.#attributes[name];
  }

  appendChild(node: ReaderNode): ReaderNode {
    node.parentNode?.removeChild(node);
    node.parentNode = this;
    node.previousSibling = this.lastChild;
    if (this.lastChild) this.lastChild.nextSibling = node;
    else this.firstChild = node;
    this.lastChild = node;
    this.#changed();
    return node;
  }

  removeChild(node: ReaderNode): ReaderNode {
    const { previousSibling, nextSibling } = node;
    if (previousSibling) previousSibling.nextSibling = nextSibling;
    else this.firstChild = nextSibling;
    if (nextSibling) nextSibling.previousSibling = previousSibling;
    else this.lastChild = previousSibling;
    node.parentNode = node.previousSibling = node.nextSibling = null;
    this.#changed();
    return node;
  }

  replaceChild(node: ReaderNode, old: ReaderNode): ReaderNode {
    node.parentNode?.removeChild(node);
    const { previousSibling, nextSibling } = old;
    node.parentNode = this;
    node.previousSibling = previousSibling;
    node.nextSibling = nextSibling;
    if (previousSibling) previousSibling.nextSibling = node;
    else this.firstChild = node;
    if (nextSibling) nextSibling.previousSibling = node;
    else this.lastChild = node;
    old.parentNode = old.previousSibling = old.nextSibling = null;
    this.#changed();
    return old;
  }

  cloneNode(): ReaderElement {
    const copy = new ReaderElement(this.localName, { ...this.#attributes });
    for (let node = this.firstChild; node; node = node.nextSibling) copy.appendChild(node.cloneNode());
    return copy;
  }

  /** Elements below it, in document order. */
  getElementsByTagName(name: string): ReaderElement[] {
    const found: ReaderElement[] = [];
    this.#gather(name === "*" ? undefined : [name], found);
    return found;
  }

  /** Names, in either case, with commas between them: Readability asks for nothing else. */
  querySelectorAll(names: string): ReaderElement[] {
    const found: ReaderElement[] = [];
    this.#gather(names.toLowerCase().split(","), found);
    return found;
  }

  #gather(names: readonly string[] | undefined, found: ReaderElement[]): void {
    for (let node = this.firstChild; node; node = node.nextSibling) {
      if (node.nodeType !== 1) continue;
      if (names === undefined || names.includes(node.localName)) found.push(node);
      if (node.firstChild) node.#gather(names, found);
    }
  }

  #changed(): void {
    this.#nodes = this.#elements = undefined;
    this.#forgetText();
  }

  #forgetText(): void {
    if (this.#text === undefined) return;
    this.#text = undefined;
    if (this.parentNode) this.parentNode.#forgetText();
  }
}
