import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api, withQuery } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import {
  Ago,
  attempt,
  Button,
  bytes,
  type Column,
  confirmed,
  Loaded,
  Panel,
  Table,
  TextInput,
} from "../../ui/mod.ts";

interface Entry {
  key: string;
  size_bytes: number;
  expires_at: string;
  tags: string[];
}

/** What is in the cache, the last used first. Read again whenever `moved` is another. */
export function Entries(
  { moved, onDropped }: { moved: string | undefined; onDropped: () => void },
): JSX.Element {
  const [prefix, setPrefix] = useState("");
  const path = withQuery("/api/cache/entries", { limit: 100, prefix });
  const entries = useResource(path, (signal) => api.get<{ entries: Entry[] }>(path, { signal }));
  useEffect(() => {
    if (moved !== undefined) entries.reload();
  }, [moved]);
  const drop = async (key: string) => {
    const yes = await confirmed("Drop this entry?", <code class="wrap" dir="auto">{key}</code>, "Drop it");
    if (!yes || !await attempt("The entry is dropped", () => api.delete(withQuery("/api/cache", { key })))) {
      return;
    }
    entries.reload();
    onDropped();
  };
  const columns: readonly Column<Entry>[] = [
    { name: "Key", cell: ({ key }) => <span class="mono wrap" dir="ltr">{key}</span> },
    { name: "Size", cell: ({ size_bytes }) => bytes(size_bytes), numeric: true },
    { name: "Tags", cell: ({ tags }) => tags.join(", ") },
    { name: "Expires", cell: ({ expires_at }) => <Ago at={expires_at} /> },
    {
      name: "Drop",
      cell: ({ key }) => <Button kind="quiet" icon="close" label={`Drop ${key}`} onClick={() => drop(key)} />,
    },
  ];
  return (
    <Panel
      flush
      title="Entries, last used first"
      actions={
        <TextInput
          type="search"
          label="Keys that begin with"
          placeholder="Beginning of the key"
          value={prefix}
          onInput={setPrefix}
        />
      }
    >
      <Loaded resource={entries}>
        {({ entries: list }) => (
          <Table
            cards
            label="Entries of the cache"
            columns={columns}
            rows={list}
            keyOf={({ key }) => key}
            empty={
              <p class="muted pad">{prefix === "" ? "The cache is empty." : "No key begins with it."}</p>
            }
          />
        )}
      </Loaded>
    </Panel>
  );
}
