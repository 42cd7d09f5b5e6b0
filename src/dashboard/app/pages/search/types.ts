/** What `GET /api/search` answers. */
export interface SearchAnswer {
  degraded: boolean;
  degraded_reason?: string;
  cached: boolean;
  took_ms: number;
  corrections: { from: string; to: string[] }[];
  passages: Passage[];
  /** Where grouped by page. */
  pages?: FoundPage[];
}

export interface Passage {
  chunk_id: string;
  document_id: string;
  score: number;
  keyword_rank: number | null;
  vector_rank: number | null;
  coverage: number;
  /** HTML: escaped, what was found in `<mark>`. */
  snippet: string;
  text: string;
  title?: string;
  heading_path: string[];
  page?: number;
  url?: string;
  brand?: string;
  lang: string;
  kind?: string;
  source: "scrape" | "upload";
  tags: string[];
  fetched_at: string;
}

export interface FoundPage {
  document_id: string;
  url?: string;
  title?: string;
  chunk_ids: string[];
}

/** What `GET /api/index` answers, as far as it is shown. */
export interface IndexStatus {
  documents: number;
  chunks: number;
  owed_vectors: number;
  languages: Record<string, number>;
}
