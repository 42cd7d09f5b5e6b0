/** What the architecture rules look at in one module. */
export interface ParsedModule {
  /** Path under `src/`, with forward slashes. */
  path: string;
  lines: number;
  /** Every module it names: imports and re-exports, of values and of types, static and dynamic. */
  imports: string[];
  /** Things the house does without, such as `enum`, each with its line. */
  banned: { what: string; line: number }[];
}

/** Reads a module with Deno's own parser (the one of `deno lint`), so that no spelling of an import escapes. */
export function parseModule(path: string, source: string): ParsedModule {
  const imports = new Set<string>();
  const banned: ParsedModule["banned"] = [];
  const lineOf = (offset: number) => source.slice(0, offset).split("\n").length;
  const ban = (what: string) => (node: { range: Deno.lint.Range }) => {
    banned.push({ what, line: lineOf(node.range[0]) });
  };
  const named = (source: unknown) => {
    const value = (source as { value?: unknown } | null | undefined)?.value;
    if (typeof value === "string") imports.add(value);
  };
  Deno.lint.runPlugin(
    {
      name: "architecture",
      rules: {
        collect: {
          create: () => ({
            ImportDeclaration: (node) => named(node.source),
            ExportNamedDeclaration: (node) => named(node.source),
            ExportAllDeclaration: (node) => named(node.source),
            ImportExpression: (node) => named(node.source),
            TSImportType: (node) => {
              const { argument } = node as unknown as {
                argument: { value?: string; literal?: { value?: string } };
              };
              named(argument.literal ?? argument);
            },
            ExportDefaultDeclaration: ban("a default export"),
            TSEnumDeclaration: ban("an enum"),
            TSAnyKeyword: ban("the type any"),
          }),
        },
      },
    },
    path,
    source,
  );
  const lines = source.endsWith("\n") ? source.split("\n").length - 1 : source.split("\n").length;
  return { path, lines, imports: [...imports], banned };
}
