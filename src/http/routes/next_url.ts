/**
 * The URL of the next page: the same question with another cursor, or null after the last page. Without scheme and
 * host, so that it is right behind a proxy too.
 */
export function nextUrl(url: string, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const { pathname, searchParams } = new URL(url);
  searchParams.set("cursor", cursor);
  return `${pathname}?${searchParams}`;
}
