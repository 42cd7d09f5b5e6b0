import type { JSX } from "preact";
import { Button } from "./button.tsx";

/** Under a list that has more. */
export function MoreButton(
  { pages }: { pages: { hasMore: boolean; loading: boolean; readMore: () => void } },
): JSX.Element | null {
  if (!pages.hasMore) return null;
  return (
    <div class="more">
      <Button icon="down" disabled={pages.loading} onClick={pages.readMore}>Show more</Button>
    </div>
  );
}
