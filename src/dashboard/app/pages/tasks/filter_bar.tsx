import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../../api/client.ts";
import type { Problem } from "../../api/problem.ts";
import { type Task, TASK_STATUSES } from "../../api/types.ts";
import { stats } from "../../live/store.ts";
import { navigate, setQuery } from "../../router/router.ts";
import { Button, count, Select, toastProblem } from "../../ui/mod.ts";
import { FILTER_NAMES, isEmpty, type TaskFilter } from "./filter.ts";
import { type Sort, SORTS } from "./task_rows.ts";

export function FilterBar(
  { filter, sort, onSort }: { filter: TaskFilter; sort: Sort; onSort: (sort: Sort) => void },
): JSX.Element {
  const counts = stats.value?.queue.counts;
  const types = Object.keys(stats.value?.queue.types ?? {});
  if (filter.type !== undefined && !types.includes(filter.type)) types.push(filter.type);
  const clear = () => setQuery(Object.fromEntries(FILTER_NAMES.map((name) => [name, undefined])));
  return (
    <div class="filters" role="search" aria-label="Tasks">
      <IdSearch />
      <Select
        label="Status"
        value={filter.status ?? ""}
        options={[
          ["", "Any status"],
          ...TASK_STATUSES.map((each) => [each, named(each, counts?.[each])] as const),
        ]}
        onChange={(status) => setQuery({ status })}
      />
      <Select
        label="Type"
        value={filter.type ?? ""}
        options={[["", "Any type"], ...types.sort().map((each) => [each, each] as const)]}
        onChange={(type) => setQuery({ type })}
      />
      <Condition name="brand" value={filter.brand} />
      <Condition name="tag" value={filter.tag} />
      <Condition name="batch_id" value={filter.batch_id} />
      <Select
        label="Order"
        value={sort}
        options={Object.entries(SORTS)}
        onChange={(next) => onSort(next as Sort)}
      />
      {!isEmpty(filter) && <Button kind="quiet" icon="close" onClick={clear}>Clear</Button>}
    </div>
  );
}

/** Goes to the task of an id. `/` brings one here from anywhere on the page. */
function IdSearch(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const find = async (event: Event) => {
    event.preventDefault();
    const id = input.current!.value.trim();
    if (id === "") return;
    try {
      await api.get<Task>(`/api/tasks/${encodeURIComponent(id)}`);
      navigate(`/tasks/${encodeURIComponent(id)}`);
    } catch (thrown) {
      if ((thrown as Problem).status === 404) input.current!.setCustomValidity("There is no task of this id");
      else toastProblem(thrown);
      input.current!.reportValidity();
    }
  };
  return (
    <form class="id-search" onSubmit={find}>
      <input
        ref={input}
        class="input mono"
        type="search"
        aria-label="Find a task by its id"
        placeholder="Task id   /"
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => event.currentTarget.setCustomValidity("")}
      />
    </form>
  );
}

/** A condition that is typed; it holds once Enter is pressed or the field is left. */
function Condition(
  { name, value }: { name: "brand" | "tag" | "batch_id"; value: string | undefined },
): JSX.Element {
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const title = { brand: "Brand", tag: "Tag", batch_id: "Batch id" }[name];
  const apply = () => text.trim() !== (value ?? "") && setQuery({ [name]: text.trim() });
  return (
    <input
      class="input condition"
      dir="auto"
      aria-label={title}
      placeholder={title}
      value={text}
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => setText(event.currentTarget.value)}
      onBlur={apply}
      onKeyDown={(event) => event.key === "Enter" && apply()}
    />
  );
}

function named(status: string, n: number | undefined): string {
  return n ? `${status} (${count(n)})` : status;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
