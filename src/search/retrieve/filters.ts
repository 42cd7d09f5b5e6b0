import type { PassageFilter } from "../passage_port.ts";
import type { SearchQuery } from "../retrieval_port.ts";
import type { VectorFilter } from "../vector_port.ts";

/** What a query asks for beside its words, as the book takes it. */
export function filterOf({ brand, lang, filters }: SearchQuery): PassageFilter {
  return { ...filters, brand, lang };
}

/** The part of it that chunks are labelled with (`WordWriter.add`). One kind can be asked for by label, several cannot. */
export function labelsOf(filter: PassageFilter): string[] {
  const { brand, lang, kinds, tags = [], source, documentId } = filter;
  const labels = tags.map((tag) => `tag:${tag}`);
  if (brand !== undefined) labels.push(`brand:${brand}`);
  if (lang !== undefined) labels.push(`lang:${lang}`);
  if (kinds?.length === 1) labels.push(`kind:${kinds[0]}`);
  if (source !== undefined) labels.push(`source:${source}`);
  if (documentId !== undefined) labels.push(`document:${documentId}`);
  return labels;
}

/** Whether it asks for something that no label says: more candidates must be looked at, as some will not pass. */
export function needsMore({ kinds, urlPrefix, fetchedFromMs, fetchedBeforeMs }: PassageFilter): boolean {
  return (kinds?.length ?? 0) > 1 || urlPrefix !== undefined || fetchedFromMs !== undefined ||
    fetchedBeforeMs !== undefined;
}

/** Whether it asks for anything that a collection, which has one language, does not say by itself. */
export function narrowsVectors(filter: PassageFilter): boolean {
  const { kinds = [], tags = [] } = filter;
  return needsMore(filter) || kinds.length > 0 || tags.length > 0 || filter.brand !== undefined ||
    filter.source !== undefined || filter.documentId !== undefined;
}

/** The part that Chroma can be asked for; undefined: none. */
export function vectorFilterOf({ brand, documentId }: PassageFilter): VectorFilter | undefined {
  return brand === undefined && documentId === undefined ? undefined : { brand, documentId };
}
