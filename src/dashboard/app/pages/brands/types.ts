export interface BrandFile {
  brand: string;
  file: string;
  in_force: boolean;
  loaded_at: string;
  errors: FileError[];
}

export interface FileError {
  line: number;
  column: number;
  path: string;
  message: string;
}

export interface ListedBrand extends BrandFile {
  title?: string;
  hosts: string[];
}

export interface Brand extends BrandFile {
  profile: { title?: string; hosts: string[]; start_urls: string[]; [name: string]: unknown } | null;
}

/** What `POST /api/brands/{brand}/preview` answers. */
export interface Preview {
  task_id: string;
  saved: boolean;
  url: string;
  final_url: string;
  fields: Record<string, unknown>;
  missing: {
    field: string;
    type: string;
    tried: { selector: string; matches?: number; says?: string }[];
    default_given: boolean;
  }[];
  next_url: string | null;
  result: unknown;
}

export function pathOf(brand: string): string {
  return `/api/brands/${encodeURIComponent(brand)}`;
}
