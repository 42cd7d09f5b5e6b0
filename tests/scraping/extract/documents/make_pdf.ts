import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";

/** PDFs written by hand, as small as they may be. */

const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** A file of these objects, the first of which is the catalog. */
export function pdfOf(objects: (string | Uint8Array)[], trailer = ""): Uint8Array {
  const parts: Uint8Array[] = [latin1("%PDF-1.4\n")];
  const offsets: number[] = [];
  let size = parts[0]!.length;
  const put = (part: Uint8Array) => {
    parts.push(part);
    size += part.length;
  };
  for (const [i, object] of objects.entries()) {
    offsets.push(size);
    put(latin1(`${i + 1} 0 obj\n`));
    put(typeof object === "string" ? latin1(object) : object);
    put(latin1("\nendobj\n"));
  }
  const start = size;
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  put(latin1(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`));
  put(latin1(`trailer\n<</Size ${objects.length + 1}/Root 1 0 R${trailer}>>\nstartxref\n${start}\n%%EOF\n`));
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A stream object, packed where asked. */
export function stream(content: string | Uint8Array, dictionary = "", packed = false): Uint8Array {
  const bytes = typeof content === "string" ? latin1(content) : content;
  const data = packed ? deflateSync(bytes) : bytes;
  const head = latin1(
    `<<${dictionary}${packed ? "/Filter/FlateDecode" : ""}/Length ${data.length}>>\nstream\n`,
  );
  const out = new Uint8Array(head.length + data.length + 10);
  out.set(head);
  out.set(data, head.length);
  out.set(latin1("\nendstream"), head.length + data.length);
  return out;
}

/** Pages of these content streams, with the fonts F1 (Latin) and F2 (Hebrew, two bytes a character: its code point). */
export function pagesOf(
  contents: (string | Uint8Array)[],
  options: { packed?: boolean; trailer?: string } = {},
): Uint8Array {
  const first = 7;
  const kids = contents.map((_, i) => `${first + 2 * i} 0 R`).join(" ");
  const objects: (string | Uint8Array)[] = [
    "<</Type/Catalog/Pages 2 0 R>>",
    `<</Type/Pages/Kids[${kids}]/Count ${contents.length}>>`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    "<</Type/Font/Subtype/Type0/BaseFont/Test/Encoding/Identity-H/DescendantFonts[5 0 R]/ToUnicode 6 0 R>>",
    "<</Type/Font/Subtype/CIDFontType2/BaseFont/Test/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>" +
    "/DW 500/FontDescriptor<</Type/FontDescriptor/FontName/Test/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent 0/CapHeight 700/StemV 80>>>>",
    stream(
      "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def " +
        "1 begincodespacerange <0000> <FFFF> endcodespacerange " +
        "2 beginbfrange <0020> <00FF> <0020> <0500> <05FF> <0500> endbfrange endcmap end end",
    ),
  ];
  for (const [i, content] of contents.entries()) {
    objects.push(
      "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>" +
        `/Contents ${first + 2 * i + 1} 0 R>>`,
      stream(content, "", options.packed),
    );
  }
  return pdfOf(objects, options.trailer);
}

/** Lines one below the other from (x, y) in F1. */
export function lines(texts: string[], { x = 50, y = 740, size = 10, leading = 12 } = {}): string {
  return `BT /F1 ${size} Tf ` +
    texts.map((text, i) => `1 0 0 1 ${x} ${y - i * leading} Tm (${text.replace(/[()\\]/g, "\\$&")}) Tj`).join(
      " ",
    ) +
    " ET\n";
}

/** `text` as characters of F2. */
export function hebrew(text: string): string {
  return `<${[...text].map((char) => char.charCodeAt(0).toString(16).padStart(4, "0")).join("")}>`;
}
