import { createHash } from "node:crypto";

export interface DashboardFile {
  body: string;
  contentType: string;
}

/** The page and its files, ready to be sent. */
export interface Dashboard {
  html: string;
  /** By file name; the name has a hash of the content in it, so a file may be kept for ever. */
  assets: ReadonlyMap<string, DashboardFile>;
}

/** Only what the page needs, and that from here: no inline script or style, nothing from elsewhere. */
export const PAGE_CSP: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * Reads what `deno task build-dashboard` made. They are text imports, so that they are cached and compiled with the
 * program, and are read when the page is first asked for.
 */
export async function loadDashboard(): Promise<Dashboard> {
  const [script, early, style, icon] = await Promise.all([
    import("./dist/app.js", { with: { type: "text" } }),
    import("./dist/early.js", { with: { type: "text" } }),
    import("./dist/app.css", { with: { type: "text" } }),
    import("./dist/icon.svg", { with: { type: "text" } }),
  ]);
  const assets = new Map<string, DashboardFile>();
  const add = (stem: string, extension: string, body: string, contentType: string): string => {
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
    const name = `${stem}-${hash}.${extension}`;
    assets.set(name, { body, contentType });
    return `/assets/${name}`;
  };
  const js = "text/javascript; charset=utf-8";
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tutti</title>
<link rel="icon" type="image/svg+xml" href="${add("icon", "svg", icon.default, "image/svg+xml")}">
<script src="${add("early", "js", early.default, js)}"></script>
<link rel="stylesheet" href="${add("app", "css", style.default, "text/css; charset=utf-8")}">
<script type="module" src="${add("app", "js", script.default, js)}"></script>
</head>
<body>
<div id="app"></div>
<noscript>The dashboard needs JavaScript. The API does not: see /docs.</noscript>
</body>
</html>
`;
  return { html, assets };
}
