/** The HTTP side: the app with every route, and the listener it is served by. */
export { createHttpApp, type HttpAppOptions } from "./app.ts";
export type { ConnectionInfo, HttpApp } from "./context.ts";
export type { HttpDeps, HttpLog } from "./deps.ts";
export { HttpServer, type HttpServerOptions } from "./server.ts";
