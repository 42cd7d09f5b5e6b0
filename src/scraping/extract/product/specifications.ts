import { tableRows } from "../markdown_table.ts";
import { textOf, type TreeElement, walk } from "../tree.ts";

const MAX_PAIRS = 200;

/** Names and values of the page's two-column tables and definition lists. */
export function shownSpecifications(body: TreeElement): { name: string; value: string }[] {
  const pairs: { name: string; value: string }[] = [];
  const put = (name: string, value: string) => {
    const label = name.replace(/\s*[:：]\s*$/, "");
    if (!label || !value || label.length > 80 || label === value || pairs.length >= MAX_PAIRS) return;
    pairs.push({ name: label, value });
  };
  walk(body, (element) => {
    if (pairs.length >= MAX_PAIRS || element.name === "footer" || element.name === "nav") return false;
    if (element.name === "table") {
      const rows = tableRows(element);
      if (rows.length < 1 || rows.length > 300 || rows.some((row) => row.length > 2)) return;
      for (const row of rows) if (row.length === 2) put(textOf(row[0]!, 200), textOf(row[1]!, 1000));
    } else if (element.name === "dl") {
      let name = "";
      walk(element, (child) => {
        if (child.name === "dt") name = textOf(child, 200);
        else if (child.name === "dd" && name) {
          put(name, textOf(child, 1000));
          name = "";
        }
      });
      return false;
    }
  });
  return pairs;
}
