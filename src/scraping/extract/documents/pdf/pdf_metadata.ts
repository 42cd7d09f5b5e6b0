/** What a PDF says of itself, under the names a web page's metadata has: title, author, description, published, modified. */
export function pdfMetadata(info: Record<string, unknown>, pages: number): Record<string, string> {
  const metadata: Record<string, string> = {};
  const put = (name: string, value: string | undefined) => {
    const text = value?.replace(/[\s\0]+/g, " ").trim().slice(0, 2000);
    if (text) metadata[name] = text;
  };
  const word = (name: string) => typeof info[name] === "string" ? info[name] : undefined;
  put("title", titleOf(word("Title")));
  put("author", word("Author"));
  put("description", word("Subject"));
  put("keywords", word("Keywords"));
  put("published", dateOf(word("CreationDate")));
  put("modified", dateOf(word("ModDate")));
  put("generator", word("Producer"));
  const language = word("Language");
  if (language && /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}$/i.test(language)) put("language", language);
  put("pages", String(pages));
  return metadata;
}

/** Names of files are no titles. */
function titleOf(text: string | undefined): string | undefined {
  const title = text?.replace(/^Microsoft (Word|PowerPoint|Excel) - /, "").trim();
  if (!title || /^untitled\b/i.test(title)) return undefined;
  return /^\S+\.(docx?|pptx?|xlsx?|odt|indd|tex|dvi|qxd|html?|rtf|pdf)$/i.test(title) ? undefined : title;
}

/** `D:20240102030405+02'00'` as ISO 8601. */
function dateOf(text: string | undefined): string | undefined {
  const parts = /^D:(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:(Z)|([+-]\d{2})'?(\d{2})?'?)?/.exec(
    text ?? "",
  );
  if (!parts) return undefined;
  const [
    ,
    year,
    month = "01",
    day = "01",
    hour = "00",
    minute = "00",
    second = "00",
    ,
    zone,
    zoneMinutes = "00",
  ] = parts;
  const date = `${year}-${month}-${day}T${hour}:${minute}:${second}${zone ? `${zone}:${zoneMinutes}` : "Z"}`;
  return Number.isNaN(Date.parse(date)) ? undefined : date;
}
