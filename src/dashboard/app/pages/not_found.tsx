import type { JSX } from "preact";
import { Empty, PageHead } from "../ui/mod.ts";

export function NotFound(): JSX.Element {
  return (
    <>
      <PageHead title="Not found" />
      <Empty icon="search" title="There is no such page">
        <a href="/">To the overview</a>
      </Empty>
    </>
  );
}
