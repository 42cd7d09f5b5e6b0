import type { ComponentChildren, JSX } from "preact";

/** A box with a heading. */
export function Panel(
  { title, actions, children, flush }: {
    title?: ComponentChildren;
    actions?: ComponentChildren;
    children: ComponentChildren;
    /** Without room round the content, for tables. */
    flush?: boolean;
  },
): JSX.Element {
  return (
    <section class={`panel${flush ? " panel-flush" : ""}`}>
      {(title !== undefined || actions !== undefined) && (
        <header class="panel-head">
          <h2>{title}</h2>
          {actions && <div class="panel-actions">{actions}</div>}
        </header>
      )}
      <div class="panel-body">{children}</div>
    </section>
  );
}

/** The heading of a page, with what can be done there. */
export function PageHead(
  { title, children, back }: {
    title: ComponentChildren;
    children?: ComponentChildren;
    back?: [to: string, name: string];
  },
): JSX.Element {
  return (
    <div class="page-head">
      <div class="page-title">
        {back && <a class="back" href={back[0]}>← {back[1]}</a>}
        <h1 tabIndex={-1}>{title}</h1>
      </div>
      {children && <div class="page-actions">{children}</div>}
    </div>
  );
}

/** Names and values, two columns. Those without a value are left out. */
export function Facts({ facts }: { facts: Record<string, ComponentChildren> }): JSX.Element {
  return (
    <dl class="facts">
      {Object.entries(facts).filter(([, value]) => value !== undefined && value !== null && value !== "").map(
        ([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
