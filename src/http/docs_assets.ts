import { createHash } from "node:crypto";

export interface DocsAsset {
  body: string;
  contentType: string;
}

export interface DocsPage {
  html: string;
  /** By file name; the name has a hash of the content in it, so a file may be kept for ever. */
  assets: ReadonlyMap<string, DocsAsset>;
}

/** What the page itself runs: its own file, because the policy allows no script in the page. */
const START_SCRIPT = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null,
  persistAuthorization: false,
});
`;

const JS = "text/javascript; charset=utf-8";
const CSS = "text/css; charset=utf-8";
const PAGE_CSS = "body{margin:0;background:#fff}";

/**
 * The reference page. Its parts come out of the swagger-ui-dist package as text imports: read when the page is first
 * asked for, cached with the other dependencies, served from our own origin. No network is needed.
 */
export async function loadDocsPage(): Promise<DocsPage> {
  const [bundle, style] = await Promise.all([
    import("swagger-ui-dist/swagger-ui-bundle.js", { with: { type: "text" } }),
    import("swagger-ui-dist/swagger-ui.css", { with: { type: "text" } }),
  ]);
  const assets = new Map<string, DocsAsset>();
  const add = (stem: string, extension: string, body: string, contentType: string): string => {
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
    const name = `${stem}-${hash}.${extension}`;
    assets.set(name, { body, contentType });
    return `/docs/assets/${name}`;
  };
  const swaggerCss = add("swagger-ui", "css", style.default, CSS);
  const pageCss = add("page", "css", PAGE_CSS, CSS);
  const swaggerJs = add("swagger-ui", "js", bundle.default, JS);
  const startJs = add("start", "js", START_SCRIPT, JS);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tutti: API reference</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${swaggerCss}">
<link rel="stylesheet" href="${pageCss}">
</head>
<body>
<div id="reference"></div>
<script src="${swaggerJs}" defer></script>
<script src="${startJs}" defer></script>
</body>
</html>
`;
  return { html, assets };
}
