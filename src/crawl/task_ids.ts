/** The task of a page is found by its id alone, whichever of the two files a power cut has set back. */
const PAGE = /^(.+)\.(p|s)(\d{1,9})$/;

/** `<crawl id>.p<number>` for a page, `<crawl id>.s<number>` for sitemaps. */
export function taskIdOf(crawlId: string, number: number): string {
  return number > 0 ? `${crawlId}.p${number}` : `${crawlId}.s${-number}`;
}

/** Undefined for the id of another task. */
export function readTaskId(taskId: string): { crawlId: string; number: number } | undefined {
  const match = PAGE.exec(taskId);
  if (match === null) return undefined;
  return { crawlId: match[1]!, number: match[2] === "p" ? Number(match[3]) : -Number(match[3]) };
}

/** Ids a crawl may have: a task's id is one of them with a few characters more. */
export const CRAWL_ID_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,110}$/;
