/** JSON as pages embed it: parsed as is, else after repairing what template engines commonly break. */
export function parseLenientJson(text: string): unknown {
  const trimmed = text.trim().replace(/^<!--|-->$/g, "").replace(/^(\/\/|\/\*)\s*<!\[CDATA\[(\s*\*\/)?/, "")
    .replace(/(\/\/|\/\*)?\s{0,10}\]\]>(\s{0,10}\*\/)?;?$/, "").trim().replace(/;$/, "");
  try {
    return JSON.parse(trimmed);
  } catch {
    try {
      return JSON.parse(repair(trimmed));
    } catch {
      return undefined;
    }
  }
}

/** One pass: raw control characters in strings are escaped; comments and commas before a closing bracket go. */
function repair(text: string): string {
  const out: string[] = [];
  let inString = false;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
      else if (code < 0x20) {
        out.push(text.slice(from, i), code === 0x0a ? "\\n" : code === 0x09 ? "\\t" : " ");
        from = i + 1;
      }
    } else if (code === 0x22) inString = true;
    else if (code === 0x2f && (text[i + 1] === "/" || text[i + 1] === "*")) {
      out.push(text.slice(from, i));
      const end = text[i + 1] === "/" ? text.indexOf("\n", i) : text.indexOf("*/", i + 2) + 1;
      if (end <= 0) return out.join("");
      from = end + (text[i + 1] === "/" ? 0 : 1);
      i = from - 1;
    } else if (code === 0x2c && /^\s{0,1000}[}\],]/.test(text.slice(i + 1, i + 1002))) {
      out.push(text.slice(from, i));
      from = i + 1;
    }
  }
  out.push(text.slice(from));
  return out.join("");
}
