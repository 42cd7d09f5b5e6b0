/** What a page is given: the parts of its address that stand for something (`:id`). */
export interface PageProps {
  params: Record<string, string>;
}
