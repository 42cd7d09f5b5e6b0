import { collapse, INLINE, type TreeElement, UNREAD } from "./tree.ts";
import { isHidden } from "./visibility.ts";

/** The words below `root`: a line per block, blank lines between, nothing of markup. */
export function toPlainText(root: TreeElement, maxChars: number): string {
  const lines: string[] = [];
  let line: string[] = [];
  let length = 0;
  const flush = () => {
    const text = collapse(line.join(""));
    if (text) {
      lines.push(text);
      length += text.length;
    }
    line = [];
  };
  const gather = (element: TreeElement): void => {
    for (const child of element.children) {
      if (length > maxChars) return;
      if (typeof child === "string") line.push(child);
      else if (child.name === "br") flush();
      else if (!UNREAD.has(child.name) && !isHidden(child)) {
        const block = !INLINE.has(child.name);
        const cell = child.name === "td" || child.name === "th";
        if (cell) line.push(" ");
        else if (block) flush();
        gather(child);
        if (block && !cell) flush();
      }
    }
  };
  gather(root);
  flush();
  return lines.join("\n").slice(0, maxChars);
}
