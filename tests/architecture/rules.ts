import { posix } from "node:path";
import type { ParsedModule } from "./parse_module.ts";

/**
 * The composition roots and the modules that set them going: they may import anything, and only they pick adapters.
 * What `app.ts` is put together from lies in `app/`; `embed/` is the root of a program that embeds the queue.
 */
const ROOTS = [
  "app.ts",
  "run_service.ts",
  "workers/entry.ts",
  "workers/bootstrap.ts",
  "sandbox/child/entry.ts",
  "sandbox/browser/host/entry.ts",
  "crawl/thread/entry.ts",
  "search/thread/index_entry.ts",
  "search/thread/search_entry.ts",
  "doctor/main.ts",
  "doctor/own_chroma.ts",
];
/** Ports that do not bear the name. */
const PORTS = [
  "queue/task.ts",
  "queue/store_requests.ts",
  "queue/service_port.ts",
  "queue/schedule.ts",
  "tasks/define.ts",
  "sandbox/page_schema.ts",
  "sandbox/field_schema.ts",
  "sandbox/browser/port.ts",
  "crawl/frontier_port.ts",
  "crawl/book_port.ts",
  "search/database_port.ts",
  "search/index_port.ts",
  "search/book_port.ts",
  "search/index_book_port.ts",
  "search/word_port.ts",
  "search/vector_port.ts",
  "search/embedding_port.ts",
  "search/passage_port.ts",
  "search/retrieval_port.ts",
  "embed/port.ts",
];
/**
 * What `mod.ts` reaches beside ports. Task modules load it in every worker and process task, so each entry is light or
 * loaded late: `cached.ts` has no imports but its neighbours; `embed/tutti.ts` is imported when `createTutti` is called,
 * and only its type is named.
 */
const LIBRARY_REACHES = ["cache/cached.ts", "embed/tutti.ts"];
const FEATURES = [
  "queue",
  "workers",
  "sandbox",
  "tasks",
  "scraping",
  "brands",
  "crawl",
  "cache",
  "metrics",
  "search",
  "answers",
  "doctor",
  "lifecycle",
];
const MAX_LINES = 300;
/** Nobody reads them as a whole: they are made, and a test holds them against what they are made of. */
const GENERATED = ["client/api_types.ts"];

type Layer =
  | "platform"
  | "base"
  | "port"
  | "feature"
  | "adapter"
  | "edge"
  | "root"
  | "library"
  | "page"
  | "demo"
  | "client"
  | "cli";

/** The layer of a path under `src/`, per the table in docs/architecture.md; undefined for a place it does not know. */
function layerOf(path: string): Layer | undefined {
  const [top, ...rest] = path.split("/");
  if (PORTS.includes(path)) return "port";
  if (ROOTS.includes(path) || top === "app" || top === "embed") return "root";
  if (path === "mod.ts") return "library"; // what a user's own task modules import
  if (rest.length === 0) return undefined;
  if (top === "platform") return "platform";
  if (top === "config" || top === "logging") return "base";
  if (top === "dashboard" && rest[0] === "app") return "page"; // runs in a browser
  if (top === "http" || top === "dashboard") return "edge";
  if (top === "demo") return "demo";
  if (top === "client" || top === "cli") return top;
  if (!FEATURES.includes(top!)) return undefined;
  if (rest.length === 1 && rest[0] === "port.ts") return "port";
  return rest[0] === "adapters" ? "adapter" : "feature";
}

/** Why `from` may not import `to`; undefined where it may. Both are paths under `src/`. */
function whyNot(from: string, to: string): string | undefined {
  const source = layerOf(from);
  const target = layerOf(to);
  if (source === undefined || target === undefined) return undefined; // reported as a place of its own
  const own = from.split("/")[0] === to.split("/")[0];
  if (source === "page" || target === "page") {
    return source === target ? undefined : "what runs in the browser and the service share no module";
  }
  if (source === "root") return undefined;
  if (source === "library" && LIBRARY_REACHES.includes(to)) return undefined;
  if (target === "root" && source !== "demo") return "only another root imports a composition root";
  if (source === "adapter") {
    if (target === "platform" || (own && (target === "port" || target === "adapter"))) return undefined;
    return "an adapter imports its own port, platform and its vendor library";
  }
  if (target === "adapter") return "only a composition root imports an adapter";
  switch (source) {
    case "demo":
      return undefined;
    case "client":
      return own ? undefined : "the client stands alone: other programs take it by itself";
    case "cli":
      if (own || target === "platform" || to === "client/mod.ts") return undefined;
      return "the command line is a client as any other: it imports client/mod.ts and platform";
    case "platform":
      return own ? undefined : "platform imports nothing else of src";
    case "base":
      return own || target === "platform" ? undefined : "config and logging import platform only";
    case "library":
    case "port":
      return target === "port" || target === "platform"
        ? undefined
        : "a port imports platform and other ports";
    case "feature":
      if (target === "edge" || target === "demo") return "a feature lies below http and dashboard";
      return own || target !== "feature" ? undefined : "of another feature only the port may be imported";
    case "edge":
      if (to === "dashboard/mod.ts" && from.startsWith("http/")) return undefined; // http serves the page's files
      if (own || target === "platform" || target === "base" || target === "port") return undefined;
      if (target === "feature" && /^[^/]+\/mod\.ts$/.test(to)) return undefined;
      return "http and dashboard enter a feature by its mod.ts or port.ts";
  }
}

/** Every breach of docs/architecture.md and docs of style, one line each; empty when the house is in order. */
export function checkArchitecture(modules: readonly ParsedModule[]): string[] {
  const problems: string[] = [];
  const known = new Set(modules.map(({ path }) => path));
  const graph = new Map<string, string[]>();
  for (const { path, lines, imports, banned } of modules) {
    if (layerOf(path) === undefined) problems.push(`${path}: docs/architecture.md has no such place`);
    if (lines > MAX_LINES && !GENERATED.includes(path)) {
      problems.push(`${path}: ${lines} lines; look for the second idea past ${MAX_LINES}`);
    }
    for (const { what, line } of banned) problems.push(`${path}:${line}: ${what}`);
    const targets: string[] = [];
    for (const specifier of imports) {
      if (!/^\.{0,2}\//.test(specifier)) continue; // a package
      const target = posix.normalize(posix.join(posix.dirname(path), specifier));
      if (target.startsWith("../")) {
        if (!target.endsWith("/deno.json")) {
          problems.push(`${path}: imports ${specifier}, which is outside src`);
        }
        continue;
      }
      if (!known.has(target)) {
        if (!target.endsWith(".json") && !target.startsWith("dashboard/dist/")) {
          problems.push(`${path}: imports ${specifier}, which is not there`);
        }
        continue;
      }
      targets.push(target);
      const why = whyNot(path, target);
      if (why) problems.push(`${path} -> ${target}: ${why}`);
    }
    graph.set(path, targets);
  }
  for (const cycle of cycles(graph)) problems.push(`a cycle: ${cycle.join(" -> ")}`);
  return problems;
}

/** One closed walk for each edge that leads back into the path being walked. */
function cycles(graph: ReadonlyMap<string, string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): void => {
    const at = path.indexOf(node);
    if (at >= 0) {
      found.push([...path.slice(at), node]);
      return;
    }
    if (done.has(node)) return;
    path.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    path.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return found;
}
