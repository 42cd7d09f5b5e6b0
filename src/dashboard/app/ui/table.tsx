import type { ComponentChildren, JSX } from "preact";

export interface Column<T> {
  /** Heading. */
  name: string;
  cell: (row: T) => ComponentChildren;
  /** Numbers stand to the right. */
  numeric?: boolean;
}

/** A table of some hundred rows at most; for thousands there is `VirtualRows`. */
export function Table<T>(
  { columns, rows, keyOf, label, empty, cards = false }: {
    columns: readonly Column<T>[];
    rows: readonly T[];
    keyOf: (row: T) => string;
    /** What it is a table of, for who does not see it. */
    label: string;
    /** In the place of no rows. */
    empty?: ComponentChildren;
    /** On a phone each row is a card: for what has long texts or many columns. */
    cards?: boolean;
  },
): JSX.Element {
  if (rows.length === 0 && empty !== undefined) return <>{empty}</>;
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={label}>
      <table class={`table${cards ? " table-cards" : ""}`} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ name, numeric }) => (
              <th key={name} scope="col" class={numeric ? "numeric" : undefined}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, cell, numeric }) => (
                <td key={name} data-name={name} dir="auto" class={numeric ? "numeric" : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
