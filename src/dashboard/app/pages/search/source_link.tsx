import type { JSX } from "preact";

/** The title of a document, as a link to where it is from. */
export function SourceLink(
  { url, title, document_id }: { url?: string; title?: string; document_id: string },
): JSX.Element {
  const name = title ?? url ?? document_id;
  if (url === undefined || !/^https?:\/\//i.test(url)) return <span dir="auto">{name}</span>;
  return (
    <>
      <a href={url} target="_blank" rel="noreferrer noopener" dir="auto">{name}</a>
      <span class="passage-url muted small" dir="ltr">{shown(url)}</span>
    </>
  );
}

/** An address as a person reads it. */
function shown(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}
