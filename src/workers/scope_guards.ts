import type { FromWorker } from "./protocol.ts";
import type { WorkerLoop } from "./worker_loop.ts";

/** What of a worker's global scope is used. */
export interface WorkerScope extends EventTarget {
  postMessage(message: unknown): void;
  close(): void;
}

/** `self.close()` and `Deno.exit()` in a worker tell nobody (facts of Deno 2.9): say it before they do it. */
export function announceEnds(
  scope: WorkerScope,
  loop: WorkerLoop,
  post: (message: FromWorker) => void,
): void {
  const close = scope.close.bind(scope);
  const exit = Deno.exit;
  const announce = (how: string) => {
    loop.flush();
    post({ kind: "closing", how });
  };
  Object.defineProperty(scope, "close", {
    configurable: true,
    value: () => {
      announce("self.close()");
      close();
    },
  });
  Object.defineProperty(Deno, "exit", {
    configurable: true,
    value: (code?: number): never => {
      announce(`Deno.exit(${code ?? ""})`);
      return exit(code);
    },
  });
}

/** An error nobody awaits would end the worker, and with it every attempt in it. */
export function guardStrayErrors(scope: WorkerScope, loop: WorkerLoop): void {
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    loop.strayError((event as PromiseRejectionEvent).reason);
  });
  scope.addEventListener("error", (event) => {
    event.preventDefault();
    loop.strayError((event as ErrorEvent).error ?? (event as ErrorEvent).message);
  });
}
