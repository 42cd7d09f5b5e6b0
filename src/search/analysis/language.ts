/** The key of a text's language: `he`, `en`, ..., `und`. Letters first, then what its page says. */
export function languageOf(text: string, hint?: string): string {
  const hebrew = text.match(/[\u05d0-\u05ea]/g)?.length ?? 0;
  const latin = text.match(/[a-z]/gi)?.length ?? 0;
  if (hebrew > 0 && hebrew * 3 >= latin) return "he";
  const primary = hint?.toLowerCase().split("-")[0];
  return primary !== undefined && /^[a-z]{2,3}$/.test(primary) && primary !== "he" ? primary : "en";
}
