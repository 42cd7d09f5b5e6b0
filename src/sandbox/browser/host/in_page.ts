/**
 * Functions that run inside a page, sent there as text: each is on its own and uses nothing but its arguments. They
 * run in a world of their own, where what the page has done to its globals is not seen.
 */

/** Before any script of the page, in each of its frames: ways to the network and to the machine nobody needs here. */
export function shutDoors(): void {
  const scope = globalThis as unknown as Record<string, unknown>;
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport"]) {
    delete scope[name];
  }
  const { Navigator } = scope as { Navigator?: { prototype: Record<string, unknown> } };
  delete Navigator?.prototype.serviceWorker;
}

interface DomNode {
  nodeType: number;
  localName?: string;
  childNodes: Iterable<DomNode>;
  shadowRoot?: DomNode | null;
  assignedNodes?(options: { flatten: boolean }): DomNode[];
  append(...nodes: DomNode[]): void;
}

interface Dom {
  doctype: { name: string } | null;
  documentElement: (DomNode & { outerHTML: string }) | null;
  querySelectorAll(selector: string): Iterable<DomNode>;
  implementation: { createHTMLDocument(): { importNode(node: DomNode, deep: boolean): DomNode } };
}

/**
 * The document as HTML; with open shadow roots, as it is composed: their content in its place, slots filled. A number
 * where it is longer than `maxChars`: its length.
 */
export function documentHtml(maxChars: number): string | number {
  const dom = (globalThis as unknown as { document: Dom }).document;
  const root = dom.documentElement;
  if (root === null) return "";
  const inert = dom.implementation.createHTMLDocument();
  const compose = (node: DomNode): DomNode => {
    const copy = inert.importNode(node, false);
    for (const child of (node.shadowRoot ?? node).childNodes) {
      const filling = child.localName === "slot" ? child.assignedNodes!({ flatten: true }) : [];
      for (const part of filling.length > 0 ? filling : [child]) copy.append(compose(part));
    }
    return copy;
  };
  let html: string | undefined;
  for (const element of dom.querySelectorAll("*")) {
    if (!element.shadowRoot) continue;
    try {
      html = (compose(root) as DomNode & { outerHTML: string }).outerHTML;
    } catch {
      // nested deeper than the stack: as it is, then
    }
    break;
  }
  html ??= root.outerHTML;
  if (html.length > maxChars) return html.length;
  return (dom.doctype === null ? "" : `<!DOCTYPE ${dom.doctype.name}>`) + html;
}
