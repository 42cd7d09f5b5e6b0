import type { JSX } from "preact";
import { api } from "../../api/client.ts";
import { useResource } from "../../api/use_resource.ts";
import { Ago, Badge, type Column, Empty, Loaded, PageHead, Panel, Table } from "../../ui/mod.ts";
import type { BrandFile, ListedBrand } from "./types.ts";

const COLUMNS: readonly Column<ListedBrand>[] = [
  {
    name: "Brand",
    cell: ({ brand }) => <a class="nowrap" href={`/brands/${encodeURIComponent(brand)}`}>{brand}</a>,
  },
  { name: "Title", cell: ({ title }) => title && <bdi>{title}</bdi> },
  { name: "State", cell: (file) => <BrandState file={file} /> },
  { name: "Hosts", cell: ({ hosts }) => hosts.length > 0 && <span dir="ltr">{hosts.join(", ")}</span> },
  { name: "File", cell: ({ file }) => <code>{file}</code> },
  { name: "Read", cell: ({ loaded_at }) => <Ago at={loaded_at} /> },
];

/** The brands that have a profile. */
export function Brands(): JSX.Element {
  const list = useResource(
    "/api/brands",
    (signal) => api.get<{ brands: ListedBrand[] }>("/api/brands", { signal }),
  );
  return (
    <>
      <PageHead title="Brands" />
      <Loaded resource={list}>
        {({ brands }) =>
          brands.length === 0
            ? (
              <Empty icon="brands" title="No brand has a profile yet">
                Put a YAML file for each into <code>BRANDS_DIR</code>; it is read as soon as it is saved.
              </Empty>
            )
            : (
              <Panel flush>
                <Table cards label="Brands" columns={COLUMNS} rows={brands} keyOf={({ brand }) => brand} />
              </Panel>
            )}
      </Loaded>
    </>
  );
}

/** Whether a profile is used, and whether it is the one of the file. */
export function BrandState({ file }: { file: BrandFile }): JSX.Element {
  const n = file.errors.length;
  if (n === 0) return <Badge tone="ok">in force</Badge>;
  const errors = `${n} error${n === 1 ? "" : "s"}`;
  return (
    <Badge tone={file.in_force ? "warn" : "bad"}>
      {file.in_force ? `${errors}, last good one holds` : errors}
    </Badge>
  );
}
