import { assertEquals, assertStringIncludes } from "@std/assert";
import { decodeText } from "../../../src/scraping/extract/charset.ts";

const ascii = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
/** Hebrew letters as windows-1255 and iso-8859-8 have them. */
const hebrew = (text: string) =>
  Uint8Array.from(text, (char) => char >= "א" ? char.charCodeAt(0) - 0x5d0 + 0xe0 : char.charCodeAt(0));
const utf16 = (text: string, big: boolean) =>
  new Uint8Array(["\ufeff", ...text].flatMap((char) => {
    const code = char.charCodeAt(0);
    return big ? [code >> 8, code & 255] : [code & 255, code >> 8];
  }));
const join = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
const told = (bytes: Uint8Array, contentType?: string, html = true) => {
  const { text, charset } = decodeText(bytes, contentType, html);
  return [charset, text];
};
const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("decodeText() believes a byte order mark before the header, and the header before the page", () => {
  assertEquals(told(join(ascii("\xef\xbb\xbf"), utf8("é")), "text/html; charset=windows-1252"), [
    "utf-8",
    "é",
  ]);
  assertEquals(told(utf16("שלום", false), "text/html; charset=utf-8"), ["utf-16le", "שלום"]);
  assertEquals(told(utf16("שלום", true)), ["utf-16be", "שלום"]);
  assertEquals(
    told(ascii('<meta charset="windows-1251">\xe9'), 'text/html; charset="ISO-8859-1"')[0],
    "windows-1252",
  );
  assertEquals(told(ascii("a\0b\0"), "text/html; charset=utf-16"), ["utf-16le", "ab"]);
});

Deno.test("decodeText() finds what a page declares, and nothing in comments and descriptions", () => {
  const charsetOf = (head: string) => told(join(ascii(head), ascii("\xe9")))[0];
  assertEquals(charsetOf("<meta charset = windows-1251 >"), "windows-1251");
  assertEquals(
    charsetOf("<META content='text/html;CHARSET=windows-1255' HTTP-EQUIV='Content-Type'>"),
    "windows-1255",
  );
  assertEquals(charsetOf('<!-- <meta charset="koi8-r"> --><meta charset="windows-1251">'), "windows-1251");
  assertEquals(charsetOf('<meta name="description" content="a charset=koi8-r in it">'), "windows-1252");
  assertEquals(charsetOf("<?xml version='1.0' encoding='windows-1251'?>"), "windows-1251");
  assertEquals(charsetOf('<meta charset="no-such">'), "windows-1252");
  assertEquals(told(ascii('<meta charset="koi8-r">\xe9'), undefined, false)[0], "windows-1252");
});

Deno.test("decodeText() tells by the bytes where nothing is declared", () => {
  assertEquals(told(utf8("<p>שלום לכם, café")), ["utf-8", "<p>שלום לכם, café"]);
  assertEquals(told(ascii("<p>caf\xe9")), ["windows-1252", "<p>café"]);
  assertEquals(told(hebrew("<p>שלום עולם מה קורה"))[0], "windows-1255");
  const russian = ascii(
    "\xcf\xf0\xe8\xe2\xe5\xf2, \xfd\xf2\xee \xf2\xe5\xea\xf1\xf2 \xed\xe0 \xf0\xf3\xf1\xf1\xea\xee\xec \xff\xe7\xfb\xea\xe5",
  );
  assertEquals(told(russian), ["windows-1251", "Привет, это текст на русском языке"]);
  const german = ascii("<p>\xdcber Stra\xdfen und Pl\xe4tze, gr\xf6\xdfer als m\xf6glich, f\xfcr \xc4rzte");
  assertEquals(told(german)[0], "windows-1252");
  const cut = utf8("<p>שלום לכולם").subarray(0, -1);
  assertEquals(told(cut)[0], "utf-8");
  const spoiled = join(utf8("שלום לכולם, ".repeat(10)), ascii("\xe9 "), utf8("סוף"));
  assertEquals(told(spoiled)[0], "utf-8");
});

Deno.test("decodeText() turns visual Hebrew into the order it is read", () => {
  const page = '<p>(תירבע) םוי 25% <b>החנה</b> םוי םיבוט<br>\n<script>"םולש"</script>';
  const [charset, text] = told(hebrew(page), "text/html; charset=iso-8859-8");
  assertEquals(charset, "iso-8859-8");
  assertStringIncludes(text!, '<p>25% יום (עברית) <b>הנחה</b> טובים יום<br>\n<script>"םולש"</script>');
  const logical = "<p>יום טוב לכולם, שלום לכם";
  assertEquals(told(hebrew(logical), "text/html; charset=iso-8859-8-i"), ["iso-8859-8-i", logical]);
  assertEquals(told(hebrew(logical), "text/html; charset=iso-8859-8"), ["iso-8859-8", logical]);
});
