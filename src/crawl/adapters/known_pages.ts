import type { KnownSitePage, SiteState } from "../book_port.ts";
import type { Statements } from "./statements.ts";

interface KnownRow {
  key: string;
  url: string;
  depth: number;
  final_url: string | null;
  etag: string | null;
  last_modified: string | null;
  body_sha256: string | null;
  content_hash: string | null;
  checked_ms: number;
  changed_ms: number;
  interval_s: number;
}

const PUT =
  `INSERT INTO known_pages (site, key, url, depth, final_url, etag, last_modified, body_sha256, content_hash,
  checked_ms, changed_ms, interval_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (site, key) DO UPDATE SET url = excluded.url, depth = excluded.depth, final_url = excluded.final_url,
  etag = excluded.etag, last_modified = excluded.last_modified, body_sha256 = excluded.body_sha256,
  content_hash = excluded.content_hash, checked_ms = excluded.checked_ms, changed_ms = excluded.changed_ms,
  interval_s = excluded.interval_s`;

/** What is known of the pages of sites, from crawl to crawl. */
export class KnownPages {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  site(site: string): SiteState | undefined {
    const row = this.#statements.one<{ rules: string; complete: number }>(
      "SELECT rules, complete FROM sites WHERE site = ?",
      site,
    );
    return row && { rules: row.rules, complete: row.complete === 1 };
  }

  setSite(site: string, { rules, complete }: SiteState): void {
    this.#statements.run(
      "INSERT INTO sites (site, rules, complete) VALUES (?, ?, ?) " +
        "ON CONFLICT (site) DO UPDATE SET rules = excluded.rules, complete = excluded.complete",
      site,
      rules,
      complete ? 1 : 0,
    );
  }

  *all(site: string): Iterable<KnownSitePage> {
    const sql = "SELECT * FROM known_pages WHERE site = ? ORDER BY depth, key";
    for (const row of this.#statements.each<KnownRow>(sql, site)) yield pageOf(row);
  }

  get(site: string, key: string): KnownSitePage | undefined {
    const row = this.#statements.one<KnownRow>(
      "SELECT * FROM known_pages WHERE site = ? AND key = ?",
      site,
      key,
    );
    return row && pageOf(row);
  }

  put(site: string, page: KnownSitePage): void {
    this.#statements.run(
      PUT,
      site,
      page.key,
      page.url,
      page.depth,
      page.finalUrl ?? null,
      page.etag ?? null,
      page.lastModified ?? null,
      page.bodySha256 ?? null,
      page.contentHash ?? null,
      page.checkedMs,
      page.changedMs,
      page.intervalS,
    );
  }

  remove(site: string, key: string): void {
    this.#statements.run("DELETE FROM known_pages WHERE site = ? AND key = ?", site, key);
  }
}

function pageOf(row: KnownRow): KnownSitePage {
  return {
    key: row.key,
    url: row.url,
    depth: row.depth,
    finalUrl: row.final_url ?? undefined,
    etag: row.etag ?? undefined,
    lastModified: row.last_modified ?? undefined,
    bodySha256: row.body_sha256 ?? undefined,
    contentHash: row.content_hash ?? undefined,
    checkedMs: row.checked_ms,
    changedMs: row.changed_ms,
    intervalS: row.interval_s,
  };
}
